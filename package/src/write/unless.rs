//! Reading and writing that can be stopped.

use std::io::{self, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

/// Fails as soon as it is told to stop.
pub(super) struct Unless<'s, F> {
    pub(super) stop: &'s AtomicBool,
    pub(super) inner: F,
}

impl<F> Unless<'_, F> {
    fn go_on(&self) -> io::Result<()> {
        if self.stop.load(Relaxed) { Err(io::Error::other("it was stopped")) } else { Ok(()) }
    }
}

impl<F: Read> Read for Unless<'_, F> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.go_on()?;
        self.inner.read(into)
    }
}

impl<F: Write> Write for Unless<'_, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.go_on()?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
