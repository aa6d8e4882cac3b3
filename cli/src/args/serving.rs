//! The command line of the service.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::{Args as Group, ValueEnum};
use service::access::RoleRule;

/// What `serve --help` ends with.
pub(super) const SERVE: &str = "Examples:\n  portolan serve\n  \
     portolan serve --listen 0.0.0.0:8443 --tls-cert cert.pem --tls-key key.pem \\\n    \
     --public-url https://portolan.example";

/// How the service is run.
#[derive(Debug, Group)]
pub(crate) struct Serve {
    /// Where to listen; port 0 for any that is free
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// How others call it, such as https://portolan.example [default: the address it listens at]
    #[arg(long, value_name = "URL")]
    pub(crate) public_url: Option<String>,
    /// Threads that answer requests
    #[arg(long, value_name = "N", default_value_t = 2)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: u16,
    /// How to write the log on standard error
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
    /// Seconds that requests under way may take after the service was told to stop
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=600))]
    pub(crate) grace: u16,
    /// Seconds that a lease of trials holds without a sign of life
    #[arg(long, value_name = "SECONDS", default_value_t = 60, hide = true)]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) lease_seconds: u16,
    #[command(flatten)]
    pub(crate) network: Network,
    #[command(flatten)]
    pub(crate) oidc: Oidc,
    /// To whom letters go: what comes back at /api/v1/bounces is held against it [default: letters.toml
    /// in the store]
    #[arg(long, env = "PORTOLAN_LETTERS", hide_env_values = true, value_name = "FILE")]
    pub(crate) letters: Option<PathBuf>,
    /// Ask the service whose metrics are at ADDR whether it is ready, and end: 0 yes, 3 no
    #[arg(long, value_name = "ADDR")]
    pub(crate) is_ready: Option<SocketAddr>,
}

/// How the service stands on the network.
#[derive(Debug, Group)]
pub(crate) struct Network {
    /// Certificate for TLS and those that vouch for it, as PEM; SIGHUP reads it again
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Private key of the certificate, as PEM without a password
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// A proxy in front encrypts: listen beyond loopback without TLS
    #[arg(long, conflicts_with = "tls_cert")]
    pub(crate) behind_proxy: bool,
    /// Address of a proxy whose X-Forwarded-For and X-Forwarded-Proto are believed; may be repeated
    #[arg(long, value_name = "ADDR")]
    pub(crate) trusted_proxy: Vec<IpAddr>,
    /// Where metrics can be read without a token, on loopback [default: nowhere]
    #[arg(long, value_name = "ADDR")]
    pub(crate) metrics_listen: Option<SocketAddr>,
}

/// How the log of the service is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

/// Another's door at which people may sign in (OpenID Connect).
#[derive(Debug, Group)]
#[command(next_help_heading = "Sign-in elsewhere (OpenID Connect)")]
pub(crate) struct Oidc {
    /// Who vouches for people, such as https://login.example/realms/lab
    #[arg(long, value_name = "URL", requires = "oidc_client", requires = "oidc_role")]
    pub(crate) oidc_issuer: Option<String>,
    /// What this service is called there
    #[arg(long, value_name = "ID", requires = "oidc_issuer")]
    pub(crate) oidc_client: Option<String>,
    /// A file with the secret by which this service is known there
    #[arg(long, value_name = "FILE", requires = "oidc_issuer")]
    pub(crate) oidc_secret_file: Option<PathBuf>,
    /// The claim whose values say what somebody is
    #[arg(long, value_name = "NAME", default_value = "groups")]
    pub(crate) oidc_claim: String,
    /// What to ask for beside `openid`, so that the claim comes; may be repeated
    #[arg(long, value_name = "SCOPE")]
    pub(crate) oidc_scope: Vec<String>,
    /// Who is what: a value of the claim and a role, such as auditors=auditor or
    /// citrix-team=vendor:citrix; may be repeated, the first that fits counts
    #[arg(long, value_name = "VALUE=ROLE", requires = "oidc_issuer")]
    pub(crate) oidc_role: Vec<RoleRule>,
}
