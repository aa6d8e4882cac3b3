//! Under which names the service answers. A foreign page that made its own name lead to this machine
//! would otherwise read what is meant for whoever sits here (DNS rebinding).

use std::net::{Ipv4Addr, Ipv6Addr};

use actix_web::dev::ServiceRequest;
use actix_web::http::{StatusCode, Uri, Version, header};

use crate::problem::Problem;

/// Names under which the service answers; addresses always do, since nobody can make one lead
/// elsewhere.
#[derive(Debug)]
pub(super) struct Hosts {
    public: Option<String>,
}

impl Hosts {
    /// The host of the public URL, beside `localhost` and every address.
    pub(super) fn of(public_url: Option<&str>) -> Self {
        let url = public_url.and_then(|it| it.parse::<Uri>().ok());
        Self { public: url.and_then(|it| it.host().map(plain)) }
    }

    /// Whether a request is meant for this service.
    ///
    /// # Errors
    /// 421 when it is meant for another, 400 when it does not say.
    pub(super) fn check(&self, request: &ServiceRequest) -> Result<(), Problem> {
        let target = request.uri().authority().map(|it| it.as_str());
        let mut told = request.headers().get_all(header::HOST);
        let (told, again) = (told.next(), told.next());
        let told = told.map(|it| it.to_str().unwrap_or_default());
        if again.is_some() || (told.is_none() && request.version() >= Version::HTTP_11) {
            return Err(Problem::bad_request("A request names one host."));
        }
        match told.into_iter().chain(target).all(|it| self.is_ours(it)) {
            true => Ok(()),
            false => Err(misdirected()),
        }
    }

    fn is_ours(&self, authority: &str) -> bool {
        // A colon begins a port, but for those within an IPv6 address.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        let host = plain(host);
        let address = match host.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
            None => host.parse::<Ipv4Addr>().is_ok(),
        };
        let is_port = port.bytes().all(|it| it.is_ascii_digit());
        is_port && (address || host == "localhost" || self.public.as_ref() == Some(&host))
    }
}

/// A host's name as it is compared.
fn plain(host: &str) -> String {
    host.trim_end_matches('.').to_ascii_lowercase()
}

fn misdirected() -> Problem {
    let detail = "The service does not answer under this name. If it should, start it with \
                  --public-url and the name.";
    Problem::new(StatusCode::MISDIRECTED_REQUEST, "other-host", detail)
}
