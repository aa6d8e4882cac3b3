//! Bytes hashed on their way: what is read, and what is written.

use std::io::{self, Read, Write};

use crate::digest::{Algorithm, Digest, Hash};

/// Whatever is read through it is hashed too.
pub(crate) struct Hashing<R> {
    inner: R,
    hash: Option<Hash>,
}

impl<R: Read> Hashing<R> {
    /// Without an algorithm nothing is hashed.
    pub(crate) fn new(inner: R, algorithm: Option<Algorithm>) -> Self {
        Self { inner, hash: algorithm.map(Hash::new) }
    }

    pub(crate) fn finish(self) -> Option<Digest> {
        self.hash.map(Hash::finish)
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(bytes)?;
        if let Some(hash) = &mut self.hash {
            hash.update(&bytes[..read]);
        }
        Ok(read)
    }
}

/// Whatever is written through it is hashed too.
pub(crate) struct Hashed<W> {
    inner: W,
    hash: Hash,
}

impl<W: Write> Hashed<W> {
    pub(crate) fn new(inner: W, algorithm: Algorithm) -> Self {
        Self { inner, hash: Hash::new(algorithm) }
    }

    pub(crate) fn finish(self) -> Digest {
        self.hash.finish()
    }
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
