//! A team's own program: a server on loopback that holds every signature against the secret, and
//! answers as it was told to.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, Mac as _};
use serde_json::Value;

/// What notices are signed with.
pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A notice that came, with a signature that holds.
pub(super) struct Heard {
    pub(super) id: String,
    pub(super) event: Value,
}

/// The server, until it is dropped.
pub(super) struct Program {
    pub(super) heard: Receiver<Heard>,
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Program {
    /// Answers the first requests so, one after the other, and later ones with 204. `hold` is no answer
    /// at all, as long as the server is there.
    pub(super) fn start(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, is_over) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
        let (hears, heard) = channel();
        let mut answers: Vec<&str> = answers.to_vec();
        answers.reverse();
        let ends = Arc::clone(&is_over);
        let thread = std::thread::spawn(move || {
            let mut held = Vec::new();
            for stream in listener.incoming() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let stream = stream.unwrap();
                // Whoever is killed has asked nothing.
                let Some(mut stream) = listen(stream, &hears) else { continue };
                match answers.pop().unwrap_or("204 No Content") {
                    "hold" => held.push(stream),
                    answer => {
                        let fields =
                            "location: /elsewhere\r\ncontent-length: 0\r\nconnection: close";
                        // Whoever is killed hears nothing.
                        let _ = write!(stream, "HTTP/1.1 {answer}\r\n{fields}\r\n\r\n");
                    }
                }
            }
        });
        Self { heard, address, is_over, thread: Some(thread) }
    }

    /// A subscription that leads to it. Its secret lies in `hook.secret`, beside the settings.
    pub(super) fn subscription(&self, id: &str, words: &str) -> String {
        format!(
            "[[subscription]]\nid = \"{id}\"\nurl = \"http://{}/hook\"\nsecret_file = \"hook.secret\"\n{words}\n",
            self.address
        )
    }

    /// All that came since somebody asked.
    pub(super) fn all(&self) -> Vec<Heard> {
        self.heard.try_iter().collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        let ended = self.thread.take().unwrap().join();
        assert!(ended.is_ok() || std::thread::panicking(), "a signature did not hold");
    }
}

/// Reads a request, and tells of it when its signature holds; none when it ends too early.
fn listen(stream: TcpStream, hears: &Sender<Heard>) -> Option<TcpStream> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut head = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|it| *it > 0)?;
        match line.trim_end() {
            "" => break,
            field => head.push(field.to_owned()),
        }
    }
    assert_eq!(head[0], "POST /hook HTTP/1.1");
    let field = |name: &str| {
        let found = head.iter().find_map(|it| it.strip_prefix(&format!("{name}: ")));
        found.unwrap().to_owned()
    };
    let mut body = vec![0; field("content-length").parse().unwrap()];
    reader.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).unwrap();
    let (id, at) = (field("webhook-id"), field("webhook-timestamp"));
    let key = Base64::decode_vec(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mac = Hmac::<sha2::Sha256>::new_from_slice(&key).unwrap();
    let signed = mac.chain_update(format!("{id}.{at}.{body}")).finalize().into_bytes();
    assert_eq!(field("webhook-signature"), format!("v1,{}", Base64::encode_string(&signed)));
    assert_eq!(field("content-type"), "application/cloudevents+json; charset=utf-8");
    assert!(!id.contains('.'), "a dot stands between what is signed");
    let event: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["id"], Value::from(id.as_str()));
    hears.send(Heard { id, event }).unwrap();
    Some(stream)
}
