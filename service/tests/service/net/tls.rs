//! Encryption: what is refused before anything is served, and a certificate that is renewed while
//! people are connected.

use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, SupportedProtocolVersion,
};
use service::tls::{Certificates, TlsFiles};

use super::fixture::{Answer, PATIENCE, Site, request};

type Client = StreamOwned<ClientConnection, TcpStream>;

fn certificate() -> CertifiedKey<KeyPair> {
    generate_simple_self_signed(["portolan.example".to_owned()]).unwrap()
}

fn put(folder: &Path, made: &CertifiedKey<KeyPair>) -> TlsFiles {
    let files = TlsFiles { chain: folder.join("cert.pem"), key: folder.join("key.pem") };
    std::fs::write(&files.chain, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    files
}

/// A connection by somebody who trusts this certificate and no other.
fn connect(
    site: &Site,
    trusted: &CertificateDer<'static>,
    version: &'static SupportedProtocolVersion,
) -> Client {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let builder = builder.with_protocol_versions(&[version]).unwrap();
    let config = builder.with_root_certificates(roots).with_no_client_auth();
    let name = ServerName::try_from("portolan.example").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = TcpStream::connect(site.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    StreamOwned::new(connection, stream)
}

const LINES: [&str; 2] = ["GET /healthz HTTP/1.1", "Host: portolan.example"];

fn ask(client: &mut Client) -> std::io::Result<Answer> {
    client.write_all(request(&LINES).as_bytes())?;
    Ok(Answer::read(client))
}

fn encrypted(files: TlsFiles) -> Site {
    Site::start(|it| {
        it.network.tls = Some(files);
        it.public_url = Some("https://portolan.example".to_owned());
        it.limits.head = std::time::Duration::from_secs(2);
    })
}

#[test]
fn both_versions_are_spoken_and_browsers_are_told_to_stay() {
    let (folder, made) = (tempfile::tempdir().unwrap(), certificate());
    let site = encrypted(put(folder.path(), &made));
    for version in [&TLS12, &TLS13] {
        let answer = ask(&mut connect(&site, made.cert.der(), version)).unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.field("strict-transport-security"), Some("max-age=31536000"));
    }
    // Whoever speaks plainly, or not at all, is cut off; others are served meanwhile.
    let (mut plain, mut silent) = (site.connect(), site.connect());
    plain.write_all(request(&LINES).as_bytes()).unwrap();
    assert_eq!(ask(&mut connect(&site, made.cert.der(), &TLS13)).unwrap().status, 200);
    assert_eq!(Answer::read(&mut plain).status, 0);
    assert_eq!(Answer::read(&mut silent).status, 0);
}

#[test]
fn a_renewed_certificate_is_taken_up_without_dropping_anybody() {
    let (folder, old, new) = (tempfile::tempdir().unwrap(), certificate(), certificate());
    let site = encrypted(put(folder.path(), &old));
    let mut before = connect(&site, old.cert.der(), &TLS13);
    before.write_all(b"GET /healthz HTTP/1.1\r\nHost: portolan.example\r\n\r\n").unwrap();
    std::io::Read::read_exact(&mut before, &mut [0; 12]).unwrap();
    put(folder.path(), &new);
    site.certificates.as_ref().unwrap().reload().unwrap();
    assert!(ask(&mut connect(&site, old.cert.der(), &TLS13)).is_err());
    assert_eq!(ask(&mut connect(&site, new.cert.der(), &TLS13)).unwrap().status, 200);
    before.write_all(request(&LINES).as_bytes()).unwrap();
    let answers = Answer::read(&mut before);
    assert!(answers.body.contains("HTTP/1.1 200"), "{answers:?}");
    // A renewal that went wrong changes nothing.
    std::fs::write(folder.path().join("key.pem"), "").unwrap();
    assert!(site.certificates.as_ref().unwrap().reload().is_err());
    assert_eq!(ask(&mut connect(&site, new.cert.der(), &TLS13)).unwrap().status, 200);
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
    let (folder, made, other) = (tempfile::tempdir().unwrap(), certificate(), certificate());
    let good = put(folder.path(), &made);
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let said = |chain: &Path, key: &Path| {
        let files = TlsFiles { chain: chain.to_owned(), key: key.to_owned() };
        Certificates::open(&files).map(|_| String::new()).unwrap_or_else(|it| it.to_string())
    };
    assert_eq!(said(&good.chain, &good.key), "");
    let missing = folder.path().join("missing.pem");
    assert!(
        said(&missing, &good.key).contains("cannot read")
            && said(&missing, &good.key).contains("missing.pem")
    );
    let other = file("other.pem", &other.signing_key.serialize_pem());
    assert!(said(&good.chain, &other).contains("not that of the certificate"));
    assert!(said(&good.chain, &good.chain).contains("holds no private key"));
    assert!(said(&good.key, &good.key).contains("holds no certificate"));
    let torn = file("torn.pem", "-----BEGIN PRIVATE KEY-----\nMIGH\n");
    assert!(said(&good.chain, &torn).contains("not PEM"), "{}", said(&good.chain, &torn));
    let odd = file("odd.pem", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    assert!(said(&good.chain, &odd).contains("odd.pem"));
    assert!(said(folder.path(), &good.key).contains("cannot read"));
}

#[test]
fn a_key_that_others_may_read_is_noticed() {
    use std::os::unix::fs::PermissionsExt as _;
    let (folder, made) = (tempfile::tempdir().unwrap(), certificate());
    let files = put(folder.path(), &made);
    let certificates = Certificates::open(&files).unwrap();
    for (mode, is_open) in [(0o600, false), (0o640, false), (0o644, true)] {
        std::fs::set_permissions(&files.key, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(certificates.is_key_open(), is_open, "{mode:o}");
    }
}
