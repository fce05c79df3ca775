//! A [`Client`] on a stream of std: the thin part. Time comes from outside here too.

use std::io::{self, ErrorKind, Read, Write};

use crate::client::{Client, Incoming};

#[cfg(test)]
mod tests;

/// What one read takes at most.
const READ: usize = 256;

/// A client and its line.
///
/// The stream's reads should return after a short time without octets (a serial line's VTIME, a socket's read time-out):
/// that is how long one [`step`](Self::step) takes at most, and how exact the client's repetitions are.
#[derive(Debug)]
pub struct Port<S> {
    stream: S,
    /// The logic: commands go in here.
    pub client: Client,
}

impl<S: Read + Write> Port<S> {
    /// Joins them.
    pub fn new(stream: S, client: Client) -> Self {
        Self { stream, client }
    }

    /// The line, for whoever has to do more to it than a client does.
    pub fn stream(&mut self) -> &mut S {
        &mut self.stream
    }

    /// Sends what is due, reads once, and gives one event if there is one.
    ///
    /// # Errors
    /// Those of the line, and [`ErrorKind::UnexpectedEof`] when it was closed. A line that is gone is opened anew by whoever
    /// opened it, with a new client.
    pub fn step(&mut self, now_ms: u64) -> io::Result<Option<Incoming>> {
        while let Some(frame) = self.client.transmit(now_ms) {
            self.stream.write_all(&frame)?;
        }
        if let Some(event) = self.client.incoming() {
            return Ok(Some(event));
        }
        let mut octets = [0; READ];
        match self.stream.read(&mut octets) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(count) => self.client.received(now_ms, octets.get(..count).unwrap_or_default()),
            Err(error) if is_silence(error.kind()) => {}
            Err(error) => return Err(error),
        }
        Ok(self.client.incoming())
    }
}

fn is_silence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted)
}
