//! The way to a service: its address, whom to trust there, and what may not travel on it.

use std::time::Duration;

use reqwest::{Certificate, Client, Url};

use super::fault;
use super::token::Token;

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a request may take, with its answer.
const ANSWER: Duration = Duration::from_secs(60);

/// How a service is reached.
#[derive(Debug)]
pub struct Way<'a> {
    /// Its address, such as `https://portolan.example`.
    pub server: &'a str,
    /// The secret that says who we are.
    pub token: Token,
    /// Certificates (PEM) of authorities to trust beside the usual ones.
    pub authorities: Option<&'a [u8]>,
    /// Whether the token may go over a network in plain text.
    pub in_plain_text: bool,
}

/// Why a service cannot even be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoWay {
    /// The address is not one.
    #[error("`{0}` is not the address of a service: write it as https://HOST[:PORT]")]
    Address(String),
    /// The address would send the token in plain text.
    #[error(
        "{0}: without TLS everybody on the way can read the token; name an https address, or allow \
         it with --plain-text"
    )]
    PlainText(String),
    /// The certificates cannot be used.
    #[error("the certificates of the authority cannot be used: {0}")]
    Authorities(String),
    /// The client could not be made.
    #[error("no client for HTTP can be made: {0}")]
    Client(String),
}

/// A client that goes this way, to the service at this address.
///
/// # Errors
/// When it would send the token in plain text, or the certificates cannot be used.
pub(super) fn client(way: &Way<'_>, server: &Url) -> Result<Client, NoWay> {
    let near = is_near(server);
    if server.scheme() == "http" && !near && !way.in_plain_text {
        return Err(NoWay::PlainText(server.to_string()));
    }
    let mut client = Client::builder()
        .connect_timeout(CONNECT)
        .timeout(ANSWER)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("portolan/", env!("CARGO_PKG_VERSION")));
    if near {
        client = client.no_proxy();
    }
    if let Some(pem) = way.authorities {
        let words = |error: reqwest::Error| NoWay::Authorities(error.to_string());
        let found = Certificate::from_pem_bundle(pem).map_err(words)?;
        if found.is_empty() {
            return Err(NoWay::Authorities("there is none in the file".to_owned()));
        }
        client = found.into_iter().fold(client, reqwest::ClientBuilder::add_root_certificate);
    }
    client.build().map_err(|error| NoWay::Client(error.to_string()))
}

/// The address of a service; it ends with a slash, so that paths are put behind it.
pub(super) fn address(text: &str) -> Result<Url, NoWay> {
    let wrong = || NoWay::Address(fault::plain(text));
    let mut url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let usual = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    let bare = url.query().is_none() && url.fragment().is_none();
    if !usual || !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Whether an address is on this machine.
fn is_near(server: &Url) -> bool {
    let host = server.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || bare.parse().is_ok_and(|it: std::net::IpAddr| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::super::door::Door;
    use super::*;

    fn door(server: &str, in_plain_text: bool) -> Result<Door, NoWay> {
        let token = Token::read(&"A".repeat(43).into()).expect("a token");
        Door::new(Way { server, token, authorities: None, in_plain_text })
    }

    #[test]
    fn a_token_does_not_leave_the_machine_in_plain_text_unasked() {
        for near in ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8080/"] {
            assert!(door(near, false).is_ok(), "{near}");
        }
        let far = door("http://portolan.example", false).expect_err("far");
        assert!(matches!(far, NoWay::PlainText(_)));
        assert!(door("http://portolan.example", true).is_ok());
        assert!(door("https://portolan.example/below", false).is_ok());
        for bad in ["", "portolan", "ftp://x", "file:///etc/passwd", "https://u:p@x", "https://x?a"]
        {
            assert!(matches!(door(bad, true), Err(NoWay::Address(_))), "{bad:?}");
        }
    }

    #[test]
    fn a_door_does_not_show_its_token() {
        let door = door("https://portolan.example", false).expect("a door");
        assert!(!format!("{door:?}").contains("AAAA"));
        assert_eq!(door.server(), "https://portolan.example");
    }
}
