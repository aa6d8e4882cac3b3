//! Who may see and do what.

use std::path::PathBuf;

use clap::{Args as Group, Subcommand, ValueEnum};
use domain::access::{Means, Role, Scope};
use domain::ids::{AccountId, GrantId, VendorId};
use jiff::Timestamp;

use super::declared::By;
use super::past::instant;

const GRANT: &str = "Examples:\n  portolan access grant anna --role auditor --reason \"annual audit\"\n  \
                     portolan access grant lab-2 --role lab --means token --reason \"second lab\"\n\n\
                     A token is printed once and kept nowhere. Who is known by a password sets it with \
                     portolan access password.";

#[derive(Debug, Subcommand)]
pub(crate) enum Access {
    /// Give an account a role, proved by a password or a token
    #[command(after_help = GRANT)]
    Grant(GrantAccess),
    /// Give a vendor a link to its own results
    #[command(after_help = "Example: portolan access link citrix --until 2027-01-31 \\\n    \
                            --reason \"results of autumn\"\n\nThe link is printed once. It asks \
                            before it signs anybody in, and it can be taken back.")]
    Link(LinkAccess),
    /// Take a grant back; whoever has signed in by it is nobody from then on
    #[command(
        after_help = "Example: portolan access revoke g-0a1b2c3d4e5f6071 --reason \"has left\""
    )]
    Revoke(RevokeAccess),
    /// Every grant, in force or not
    #[command(after_help = "Example: portolan access list")]
    List,
    /// Set the password of an account
    #[command(
        after_help = "Example: portolan access password anna --from password.txt\n\nWithout \
                            --from the password is one line of standard input."
    )]
    Password(PasswordAccess),
}

/// How an account proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Proof {
    /// For people: signs in at /sign-in
    Password,
    /// For programs: sends it with each request
    Token,
}

impl From<Proof> for Means {
    fn from(proof: Proof) -> Self {
        match proof {
            Proof::Password => Means::Password,
            Proof::Token => Means::Token,
        }
    }
}

#[derive(Debug, Group)]
pub(crate) struct GrantAccess {
    /// To whom; no name of a natural person is needed
    pub(crate) account: AccountId,
    /// As what: auditor, operator, lab or vendor:ID
    #[arg(long)]
    pub(crate) role: Role,
    /// How it is proved
    #[arg(long, value_enum, default_value = "password")]
    pub(crate) means: Proof,
    /// Only for this: read, record, control, grant or answer; may be repeated [default: everything
    /// the role may do]
    #[arg(long, value_name = "SCOPE", value_parser = scope)]
    pub(crate) scope: Vec<Scope>,
    #[command(flatten)]
    pub(crate) terms: Terms,
}

#[derive(Debug, Group)]
pub(crate) struct LinkAccess {
    /// Which vendor
    pub(crate) vendor: VendorId,
    /// The account that it opens [default: the vendor's name]
    #[arg(long)]
    pub(crate) account: Option<AccountId>,
    /// How others call the service, such as https://portolan.example, when it does not run
    #[arg(long, value_name = "URL", default_value = "")]
    pub(crate) public_url: String,
    #[command(flatten)]
    pub(crate) terms: Terms,
}

/// What a grant is for, how long it lasts, and who says so.
#[derive(Debug, Group)]
pub(crate) struct Terms {
    /// The last day on which it is good (UTC), or an instant [default: a token 90 days, a link 14
    /// days, a password until it is revoked]
    #[arg(long, value_name = "TIME", value_parser = instant)]
    pub(crate) until: Option<Timestamp>,
    /// What for
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Group)]
pub(crate) struct RevokeAccess {
    /// Which, as `access list` names it
    pub(crate) grant: GrantId,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) by: By,
}

#[derive(Debug, Group)]
pub(crate) struct PasswordAccess {
    /// Whose
    pub(crate) account: AccountId,
    /// A file whose first line is the password [default: standard input]
    #[arg(long, value_name = "FILE")]
    pub(crate) from: Option<PathBuf>,
}

fn scope(text: &str) -> Result<Scope, String> {
    let all = [Scope::Read, Scope::Record, Scope::Control, Scope::Grant, Scope::Answer];
    let known = all.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ");
    let found = all.into_iter().find(|it| it.word() == text);
    found.ok_or_else(|| format!("there is no scope {text}: use one of {known}"))
}
