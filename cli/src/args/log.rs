//! The command line of the log.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Print the events, one JSON object a line
    #[command(after_help = SHOW)]
    Show(Show),
    /// Count what is in the log
    #[command(after_help = "Works beside a running campaign.\n\nExample: portolan log stat --json")]
    Stat,
    /// Check everything: checksums, tree, signatures, keys, events and evidence
    #[command(after_help = VERIFY)]
    Verify(Verify),
    /// Sign the log as it stands, keep that, and print it
    #[command(after_help = CHECKPOINT)]
    Checkpoint(Checkpoint),
    /// Write a proof that anybody can check with `portolan verify`
    #[command(after_help = PROVE)]
    Prove(Prove),
    /// Write the whole log into one file, with everything that proves it
    #[command(after_help = EXPORT)]
    Export(Export),
    /// Take over an export into a store that holds no log
    #[command(after_help = IMPORT)]
    Import(Import),
    /// Publish the log as files that any web server can serve (C2SP tlog-tiles)
    #[command(after_help = TILES)]
    Tiles(Tiles),
    /// Make the index anew from the segments
    #[command(after_help = REPAIR)]
    Repair,
    /// Make the key of a new log, or change the key of this one
    #[command(after_help = KEYGEN)]
    Keygen(Keygen),
    /// Write one piece of evidence to standard output
    #[command(after_help = "Example: portolan log evidence 3f5a9c01b2d4 > serial.log")]
    Evidence {
        /// Its SHA-256, or at least its first 8 digits, as `explain` shows it
        sha256: String,
    },
}

const SHOW: &str = "Works beside a running campaign.\n\n\
    Examples:\n  portolan log show --from 100 | jq .event.type\n  \
    portolan log show --reverse --limit 10\n  portolan log show --stream log";

#[derive(Debug, Group)]
pub(crate) struct Show {
    /// First position [default: 0, or the last with --reverse]
    #[arg(long, value_name = "N")]
    pub(crate) from: Option<u64>,
    /// From new to old
    #[arg(long)]
    pub(crate) reverse: bool,
    /// At most so many events
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<usize>,
    /// Only the events of this stream, such as campaign/ID, or `log` for changes of the key
    #[arg(long, value_name = "STREAM")]
    pub(crate) stream: Option<String>,
}

/// Public keys that the reader trusts.
#[derive(Debug, Group)]
pub(crate) struct Trust {
    /// A public key that you have from the operator, or a file with one a line; may be repeated
    #[arg(long = "key", value_name = "KEY|FILE")]
    pub(crate) keys: Vec<String>,
}

const VERIFY: &str = "Checks every checksum, the Merkle tree, the signed head, every checkpoint, every \
    change of the key, every event with its place in its stream, and every piece of evidence that an \
    event names. It changes nothing and works beside a running campaign. The index is not looked at: \
    it follows from the segments, and `portolan log repair` makes it anew.\n\n\
    A store can only vouch for itself. Name the key that the operator has published with --key, or \
    compare it with the one that is shown.\n\n\
    Exit codes: 0 all is right, 3 something is not, 2 there is no log to check.\n\n\
    Examples:\n  portolan log verify\n  portolan log verify --key example.com/lab+c2a9b0f1+AQ…\n  \
    portolan log verify --quick";

#[derive(Debug, Group)]
pub(crate) struct Verify {
    #[command(flatten)]
    pub(crate) trust: Trust,
    /// Leave out reading the events and their evidence
    #[arg(long)]
    pub(crate) quick: bool,
}

const CHECKPOINT: &str = "The note has the name of the log, how many events it has, the root of their \
    tree, and the signature. Give it to somebody else, and nobody can alter those events unnoticed any \
    more. One is kept after every campaign.\n\n\
    While a campaign runs, the last signed head is printed instead.\n\n\
    Example: portolan log checkpoint --out checkpoint.txt";

#[derive(Debug, Group)]
pub(crate) struct Checkpoint {
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

const PROVE: &str = "--event proves that an event is in the log as a checkpoint has it; the file holds \
    the event. --from proves that nothing before an older checkpoint was altered since.\n\n\
    Examples:\n  portolan log prove --event 12 --out event-12.json\n  \
    portolan log prove --from checkpoint.txt --out since.json\n  portolan verify event-12.json";

#[derive(Debug, Group)]
pub(crate) struct Prove {
    /// Prove that the event at this position is in the log
    #[arg(long, value_name = "N", required_unless_present = "from", conflicts_with = "from")]
    pub(crate) event: Option<u64>,
    /// Prove that the log as this checkpoint has it is the beginning of the log as it is now
    #[arg(long, value_name = "CHECKPOINT")]
    pub(crate) from: Option<PathBuf>,
    /// Prove it against this checkpoint [default: what was signed last]
    #[arg(long, value_name = "FILE", conflicts_with = "from")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// The file to write [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

const EXPORT: &str = "JSON Lines: a header with the checkpoints, then every event as it was recorded, \
    then the evidence if asked for. The same log gives the same bytes. Only you may read the file. The \
    secret key is not in it.\n\n\
    While a campaign runs, the export goes as far as the log was signed.\n\n\
    Examples:\n  portolan log export --out log.jsonl --with-evidence\n  \
    portolan log export --out - | zstd > log.jsonl.zst\n  portolan verify log.jsonl";

#[derive(Debug, Group)]
pub(crate) struct Export {
    /// The file to write; `-` for standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// Add the evidence that the events name
    #[arg(long)]
    pub(crate) with_evidence: bool,
    /// Of a damaged log: what stands before the damage, as far as a checkpoint covers it
    #[arg(long)]
    pub(crate) intact: bool,
}

const IMPORT: &str = "The export is checked on the way; nothing is taken over unless all of it is \
    right. The log has the same events, root, checkpoints and keys afterwards. The secret key is in no \
    export: copy log/keys/signer from the old store, or make a new one with `portolan log keygen`.\n\n\
    A folder is a store of an early version of portolan, which had no signatures: its events and \
    evidence are taken over, and signed with a new key.\n\n\
    Examples:\n  portolan --store restored log import log.jsonl --key operator.pub\n  \
    zstdcat log.jsonl.zst | portolan --store restored log import -";

#[derive(Debug, Group)]
pub(crate) struct Import {
    /// The export; `-` for standard input; or the folder of a store of an early version
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) trust: Trust,
}

const TILES: &str = "Writes `checkpoint`, `tile/LEVEL/…` and `tile/entries/…`. Call it again after each \
    campaign: what is there is not written again, and full tiles never change.\n\n\
    Entries hold the events whole. Publish the folder only to those who may see everything, or leave \
    the entries out: then outsiders can check proofs that you give them, but read nothing.\n\n\
    Example: portolan log tiles --out /srv/www/log";

#[derive(Debug, Group)]
pub(crate) struct Tiles {
    /// The folder to publish in; made when it is not there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// Publish no events, only the tree over them
    #[arg(long)]
    pub(crate) without_entries: bool,
}

const REPAIR: &str = "The index is derived from the segments and may be deleted at any time. Damage to \
    a segment cannot be repaired: restore that file from a backup.\n\n\
    Example: portolan log repair";

const KEYGEN: &str = "Where there is no log, makes one with its first key. Otherwise changes the key: \
    the change is an event of the log, and the checkpoint behind it is signed by the old and the new \
    key. The secret is kept in log/keys/signer, for its owner only, and is never printed. Publish the \
    public key.\n\n\
    Examples:\n  portolan log keygen --origin example.com/lab\n  portolan log keygen";

#[derive(Debug, Group)]
pub(crate) struct Keygen {
    /// The name of a new log for its whole life [default: one that nobody else has]
    #[arg(long, value_name = "NAME")]
    pub(crate) origin: Option<String>,
}

pub(super) const VERIFY_FILE: &str = "What the file proves depends on the key: it must be the one that \
    the operator of the log has published, and that you have from elsewhere than the file. Name it with \
    --key, or compare it with the one that is shown. No store is needed.\n\n\
    A bundle, as `portolan export --format bundle` writes it, is a zip file: every file is held against \
    its digest, the digests and the statement against their signatures, the proofs against the signed \
    state of the log.\n\n\
    A signed statement, as `portolan export --format in-toto` writes it, does not hold its key: without \
    --key the keys of the store are taken.\n\n\
    Exit codes: 0 right, 3 not right, or not signed by a key named with --key, 2 not such a file.\n\n\
    Examples:\n  portolan verify log.jsonl --key example.com/lab+c2a9b0f1+AQ…\n  \
    portolan verify event-12.json --key operator.pub\n  \
    portolan verify results.intoto.json --key operator.pub\n  \
    portolan verify results.zip --key operator.pub\n  zstdcat log.jsonl.zst | portolan verify -";

#[derive(Debug, Group)]
pub(crate) struct VerifyFile {
    /// The export, proof, signed statement or bundle; `-` for standard input
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) trust: Trust,
}
