//! Private letters and publication.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand};
use domain::ids::{CampaignId, LetterId, VendorId};
use jiff::Timestamp;

use super::declared::By;
use super::past::instant;

pub(super) const PUBLISH: &str = "Examples:\n  portolan publish autumn --dry-run\n  \
                                  portolan publish autumn --reason \"all vendors agreed\"\n\nA cell \
                                  that fewer than --fewest-tools makers of conversion tools carry is \
                                  withheld: it would tell how one tool did. Before the date of the \
                                  embargo, or while a vendor disputes a result and nobody has \
                                  replied, publishing needs a reason.";

/// Private letters to vendors about their own results.
#[derive(Debug, Subcommand)]
pub(crate) enum Letters {
    /// Keep the results of a campaign from the public until somebody publishes them
    #[command(after_help = "Example: portolan letters embargo autumn --until 2027-01-31 --reason \
                            \"vendors read it first\"")]
    Embargo(Embargo),
    /// Write the letters of a campaign, and show what would be told to whom
    #[command(after_help = "Examples:\n  portolan letters preview autumn\n  \
                            portolan letters preview autumn --vendor boreal\n  \
                            portolan letters preview autumn --out letters\n\nA letter is sent only \
                            after somebody has looked at it: with --vendor or --out.")]
    Preview(Preview),
    /// Send the letters that somebody has looked at; each once, under one Message-ID
    #[command(after_help = "Example: portolan letters send autumn --settings letters.toml")]
    Send(Send),
    /// Send a letter once more, as another message
    #[command(after_help = "Example: portolan letters resend boreal-0a1b2c3d4e5f6071")]
    Resend(Resend),
    /// Tell teams what changed since they were told last; nothing to tell, nothing sent
    #[command(after_help = "Examples:\n  portolan letters digest --dry-run\n  \
                            portolan letters digest\n  portolan letters digest --team storage \
                            --since 4711\n\nTeams are the [[subscription]]s of letters.toml. The first \
                            digest to a team tells that it is told from now on. Run it by a timer: \
                            whoever could not be reached is tried again, the pauses growing from a minute \
                            to 4 hours, for 72 hours. Nobody has to look at a digest first.")]
    Digest(Digest),
    /// Every letter and how far it is
    #[command(after_help = "Example: portolan letters list autumn")]
    List {
        /// Of this campaign alone
        campaign: Option<CampaignId>,
    },
    /// Everything that happened to one letter
    #[command(after_help = "Example: portolan letters status boreal-0a1b2c3d4e5f6071")]
    Status {
        /// Which, as `letters list` names it
        letter: LetterId,
    },
    /// Read what mail servers sent back, out of a mailbox
    #[command(after_help = "Example: portolan letters bounces /var/mail/portolan")]
    Bounces(Bounces),
    /// Reply to what a vendor disputes
    #[command(
        after_help = "Example: portolan letters reply 4711 \"run again with 8.2: as before\""
    )]
    Reply(Reply),
}

#[derive(Debug, Group)]
pub(crate) struct Embargo {
    /// Which campaign; it may be one that has not begun
    pub(crate) campaign: CampaignId,
    /// The last day of it (UTC), or an instant
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) until: Timestamp,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: By,
}

/// How letters are written and sent.
#[derive(Debug, Group)]
pub(crate) struct Writing {
    /// Who writes, by which way, to whom [default: letters.toml in the store; without it a letter to
    /// each vendor as a file]
    #[arg(long, env = "PORTOLAN_LETTERS", hide_env_values = true, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Write files into this folder, whatever the settings say
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// How vendors call the service, such as https://portolan.example
    #[arg(long, env = "PORTOLAN_PUBLIC_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Leave out a cell that fewer makers of conversion tools carry: what publish would withhold
    #[arg(long, default_value_t = 2, value_name = "K")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) fewest_tools: u32,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Group)]
pub(crate) struct Preview {
    /// Which campaign
    pub(crate) campaign: CampaignId,
    /// Show the letter to this vendor
    #[arg(long, value_name = "ID")]
    pub(crate) vendor: Option<VendorId>,
    /// Write every letter into this folder, to be read there
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Group)]
pub(crate) struct Send {
    /// Which campaign
    pub(crate) campaign: CampaignId,
    /// To this vendor alone
    #[arg(long, value_name = "ID")]
    pub(crate) vendor: Option<VendorId>,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Group)]
pub(crate) struct Resend {
    /// Which, as `letters list` names it
    pub(crate) letter: LetterId,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Group)]
pub(crate) struct Digest {
    /// To this team alone; again for several
    #[arg(long, value_name = "ID")]
    pub(crate) team: Vec<String>,
    /// Show what would be told; nothing is sent or recorded
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Tell a team that was told nothing yet what changed from this position of the log on
    #[arg(long, value_name = "POSITION")]
    pub(crate) since: Option<u64>,
    /// Also try again what was given up
    #[arg(long)]
    pub(crate) again: bool,
    /// Who writes, by which way, to whom [default: letters.toml in the store]
    #[arg(long, env = "PORTOLAN_LETTERS", hide_env_values = true, value_name = "FILE")]
    pub(crate) settings: Option<PathBuf>,
    /// Write mails and notices into this folder, whatever the settings say; they count as told (to
    /// look only, use --dry-run)
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Group)]
pub(crate) struct Bounces {
    /// A Maildir, or a file in mbox form
    pub(crate) mailbox: PathBuf,
    #[command(flatten)]
    pub(crate) writing: Writing,
}

#[derive(Debug, Group)]
pub(crate) struct Reply {
    /// Position of the vendor's answer, as its page names it
    pub(crate) answer: u64,
    /// What the vendor will read
    pub(crate) text: String,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Group)]
pub(crate) struct Publish {
    /// Which campaign
    pub(crate) campaign: CampaignId,
    /// Withhold a cell that fewer makers of conversion tools carry
    #[arg(long, default_value_t = 2, value_name = "K")]
    #[arg(value_parser = clap::value_parser!(u32).range(1..=100))]
    pub(crate) fewest_tools: u32,
    /// Why now, where that is asked
    #[arg(long, default_value = "")]
    pub(crate) reason: String,
    /// Show what would be told, and publish nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) by: By,
}
