use std::collections::VecDeque;
use std::io::{self, ErrorKind, Read, Write};

use super::Port;
use crate::message::{Greeting, Identity, Slot};
use crate::{Client, Deframer, Incoming, Versions, encode};

/// A supervisor of one sentence: welcomes whoever greets.
#[derive(Default)]
struct Welcoming {
    deframer: Deframer,
    to_read: VecDeque<u8>,
    closed: bool,
}

impl Write for Welcoming {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        for &octet in octets {
            let Some(Ok(frame)) = self.deframer.push(octet) else { continue };
            let identity = Identity { firmware: 1, slot: Slot::Factory, starts: 1 };
            let welcome = encode(0, frame.number, &Greeting::Welcome { version: 1, identity }).unwrap();
            self.to_read.extend(&welcome);
        }
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Welcoming {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(0);
        }
        // Few at a time, as a serial line does.
        let count = self.to_read.len().min(into.len()).min(3);
        if count == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        for (slot, octet) in into.iter_mut().zip(self.to_read.drain(..count)) {
            *slot = octet;
        }
        Ok(count)
    }
}

#[test]
fn a_port_greets_and_reads_in_pieces() {
    let mut port = Port::new(Welcoming::default(), Client::new(Versions::OURS, 0));
    let event = (0..100).find_map(|now| port.step(now).unwrap());
    assert!(matches!(event, Some(Incoming::Up { version: 1, .. })), "{event:?}");
    assert_eq!(port.step(200).unwrap(), None, "silence is no error");
}

#[test]
fn a_closed_line_is_an_error() {
    let mut port =
        Port::new(Welcoming { closed: true, ..Welcoming::default() }, Client::new(Versions::OURS, 0));
    assert_eq!(port.step(0).unwrap_err().kind(), ErrorKind::UnexpectedEof);
}
