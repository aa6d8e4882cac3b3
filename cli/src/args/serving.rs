//! The command line of the service.

use std::net::SocketAddr;

use clap::Args as Group;

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
}
