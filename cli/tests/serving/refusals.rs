//! Calls of `serve` that are wrong: each ends with 2 and says what to do.

use crate::child::portolan;

#[test]
fn a_wrong_call_is_refused_before_anything_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let cases: [(&[&str], &str); 7] = [
        (&["--listen", "0.0.0.0:0"], "--behind-proxy"),
        (&["--listen", "127.0.0.1:0", "--tls-cert", "cert.pem"], "--tls-key"),
        (&["--tls-cert", "no.pem", "--tls-key", "no.pem"], "cannot read no.pem"),
        (&["--listen", "192.0.2.1:1", "--behind-proxy"], "cannot listen at 192.0.2.1:1"),
        (&["--listen", "127.0.0.1:0", "--metrics-listen", "0.0.0.0:0"], "metrics at"),
        (&["--listen", "127.0.0.1:0", "--public-url", "portolan.example"], "a public URL"),
        (&["--trusted-proxy", "nginx"], "nginx"),
    ];
    for (words, expected) in cases {
        let output = portolan(folder.path(), &[&["serve"], words].concat()).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.contains(expected), "{words:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
}
