//! A client that costs little: prebuilt requests over one connection that is kept.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

/// Longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection.
pub(super) struct Connection(BufReader<TcpStream>);

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

impl Connection {
    pub(super) fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::with_capacity(64 << 10, stream)))
    }

    /// Sends a request and waits for its answer.
    pub(super) fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.0.get_mut().write_all(request)?;
        let head = self.head()?;
        let status = head.split_whitespace().nth(1).context("no status")?.parse()?;
        let body = match field(&head, "transfer-encoding") {
            Some(_) => self.parts()?,
            None => self.exactly(field(&head, "content-length").unwrap_or("0").parse()?)?,
        };
        Ok(Answer { status, body })
    }

    /// Sends a request whose answer does not end; what comes after its head is the caller's.
    pub(super) fn follow(mut self, request: &[u8]) -> Result<TcpStream> {
        self.0.get_mut().write_all(request)?;
        let head = self.head()?;
        ensure!(head.starts_with("HTTP/1.1 200"), "it is not followed: {head}");
        Ok(self.0.into_inner())
    }

    fn head(&mut self) -> Result<String> {
        let mut head = String::new();
        loop {
            let read = self.0.read_line(&mut head)?;
            ensure!(read > 0, "the service hung up after {head:?}");
            if head.ends_with("\r\n\r\n") {
                return Ok(head);
            }
        }
    }

    fn exactly(&mut self, bytes: usize) -> Result<Vec<u8>> {
        let mut body = vec![0; bytes];
        self.0.read_exact(&mut body)?;
        Ok(body)
    }

    fn parts(&mut self) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line)?;
            let size = usize::from_str_radix(line.trim(), 16).context("no size of a part")?;
            let part = self.exactly(size + 2)?;
            body.extend(&part[..size]);
            if size == 0 {
                return Ok(body);
            }
        }
    }
}

/// A field of a head.
fn field<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines().find_map(|line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

/// A request without a body. Fields end with a line break each.
pub(super) fn get(path: &str, fields: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n").into_bytes()
}

/// A request with a body, by somebody who is known.
pub(super) fn send(method: &str, path: &str, (token, kind): (&str, &str), body: &[u8]) -> Vec<u8> {
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_both_kinds_are_read_to_their_ends() -> Result<()> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let answering = std::thread::spawn(move || -> Result<()> {
            let (mut stream, _) = listener.accept()?;
            let asked = get("/", "").len() * 2;
            stream.read_exact(&mut vec![0; asked])?;
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\none")?;
            stream.write_all(b"HTTP/1.1 404 No\r\ntransfer-encoding: chunked\r\n\r\n")?;
            Ok(stream.write_all(b"2\r\ntw\r\n1\r\no\r\n0\r\n\r\n")?)
        });
        let mut connection = Connection::open(address)?;
        connection.0.get_mut().write_all(&get("/", ""))?;
        let (one, two) = (connection.ask(&get("/", ""))?, connection.ask(b"")?);
        assert_eq!((one.status, one.body), (200, b"one".to_vec()));
        assert_eq!((two.status, two.body), (404, b"two".to_vec()));
        answering.join().expect("the other end")
    }
}
