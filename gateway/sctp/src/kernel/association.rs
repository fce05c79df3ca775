//! One association on a one-to-one socket of the kernel's SCTP.

use std::io::{self, IoSliceMut};
use std::net::{Shutdown, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::epoll::Epoll;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use sctp_rs::{AssocChangeState, CmsgType, RcvInfo, SendData};
use socket2::Socket;

use crate::{LostReason, SendError};

use super::message::{AssociationChange, Label};
use super::seat::Seat;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Starting,
    Up { outbound_streams: u16 },
    ShuttingDown,
}

/// What reading gave.
#[derive(Debug)]
pub(super) enum Input {
    Lost(LostReason),
    Message { stream: u16, ppid: u32, payload: Vec<u8> },
    Oversized,
    Restarted { outbound_streams: u16, inbound_streams: u16 },
    Up { outbound_streams: u16, inbound_streams: u16 },
}

/// A message of which not everything has come.
#[derive(Debug)]
enum Partial {
    /// Longer than allowed: the rest is skipped.
    Skipping,
    Collecting(Vec<u8>),
}

#[derive(Debug)]
pub(super) struct Association {
    seat: Seat,
    peer: SocketAddr,
    state: State,
    partial: Partial,
    max_message: usize,
}

impl Association {
    pub(super) fn new(seat: Seat, peer: SocketAddr, max_message: usize) -> Self {
        Self { seat, peer, state: State::Starting, partial: Partial::Collecting(Vec::new()), max_message }
    }

    pub(super) fn peer(&self) -> SocketAddr {
        self.peer
    }

    pub(super) fn send(&self, stream: u16, ppid: u32, payload: Vec<u8>) -> Result<(), SendError> {
        let State::Up { outbound_streams } = self.state else { return Err(SendError::Unknown) };
        if stream >= outbound_streams {
            return Err(SendError::NoSuchStream { stream, outbound_streams });
        }
        let data = SendData { payload, snd_info: Some(Label { stream, ppid }.to_send_info()) };
        // Without MSG_NOSIGNAL; Rust's start-up code has SIGPIPE ignored.
        let sending = pin!(self.seat.carrier().sctp_send(data));
        match sending.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => Ok(()),
            Poll::Ready(Err(error)) => match error.raw_os_error() {
                Some(libc::EAGAIN | libc::ENOBUFS | libc::ENOMEM) => Err(SendError::QueueFull),
                // It is on its way down, and Lost is on its way to the owner.
                _ => Err(SendError::Unknown),
            },
            // Only until the reactor has run once, and no association comes up before (see `seat`). Nothing was sent.
            Poll::Pending => Err(SendError::QueueFull),
        }
    }

    /// Begins a graceful shutdown; `false` where the association isn't up.
    pub(super) fn shutdown(&mut self) -> bool {
        match self.state {
            State::Starting => false,
            State::ShuttingDown => true,
            State::Up { .. } => {
                self.state = State::ShuttingDown;
                self.seat.carrier().shutdown(Shutdown::Write).is_ok()
            }
        }
    }

    /// Reads once. Not by sctp-rs: see [`super`].
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Option<Input> {
        let mut control = vec![0; nix::cmsg_space!(RcvInfo).capacity()];
        let mut parts = [IoSliceMut::new(buffer)];
        let fd = self.seat.as_fd().as_raw_fd();
        let received = recvmsg::<()>(fd, &mut parts, Some(&mut control), MsgFlags::MSG_DONTWAIT);
        let (length, whole, label) = match received {
            Ok(received) => {
                let label = received.cmsgs().ok().and_then(|mut messages| {
                    messages.find_map(|message| match message {
                        ControlMessageOwned::Unknown(unknown)
                            if unknown.cmsg_header.cmsg_type == CmsgType::RcvInfo as i32 =>
                        {
                            Label::from_rcvinfo(&unknown.data_bytes)
                        }
                        _ => None,
                    })
                });
                (received.bytes, received.flags.contains(MsgFlags::MSG_EOR), label)
            }
            Err(Errno::EAGAIN | Errno::EINTR) => return None,
            Err(errno) => return Some(Input::Lost(self.reason(errno.into()))),
        };
        let piece = buffer.get(..length)?;
        match label {
            Some(label) => self.collect(piece, whole, label),
            // Data always has SCTP_RCVINFO, so this is a notification, or the end.
            None if piece.is_empty() => Some(Input::Lost(self.reason_at_end(LostReason::Shutdown))),
            None => self.notified(piece),
        }
    }

    /// Stops watching; what still stands is aborted when the seat is given back.
    pub(super) fn leave(self, epoll: &Epoll) -> Seat {
        let _ = epoll.delete(&self.seat);
        abort(&self.seat.socket());
        self.seat
    }

    fn collect(&mut self, piece: &[u8], whole: bool, label: Label) -> Option<Input> {
        if let Partial::Collecting(payload) = &mut self.partial {
            if payload.len() + piece.len() > self.max_message {
                self.partial = Partial::Skipping;
            } else {
                payload.extend_from_slice(piece);
            }
        }
        if !whole {
            return None;
        }
        match std::mem::replace(&mut self.partial, Partial::Collecting(Vec::new())) {
            Partial::Skipping => Some(Input::Oversized),
            Partial::Collecting(payload) => {
                Some(Input::Message { stream: label.stream, ppid: label.ppid, payload })
            }
        }
    }

    fn notified(&mut self, notification: &[u8]) -> Option<Input> {
        let change = AssociationChange::parse(notification)?;
        let AssociationChange { outbound_streams, inbound_streams, .. } = change;
        Some(match change.state {
            AssocChangeState::CommUp => {
                self.state = State::Up { outbound_streams };
                Input::Up { outbound_streams, inbound_streams }
            }
            AssocChangeState::Restart => {
                self.partial = Partial::Collecting(Vec::new());
                if self.state != State::ShuttingDown {
                    self.state = State::Up { outbound_streams };
                }
                Input::Restarted { outbound_streams, inbound_streams }
            }
            AssocChangeState::ShutdownComplete => Input::Lost(LostReason::Shutdown),
            AssocChangeState::CommLost | AssocChangeState::CannotStartAssoc => {
                // Not graceful. The error is the listening socket's where the peer was gone before we accepted.
                Input::Lost(self.reason_at_end(LostReason::PeerAbort))
            }
            AssocChangeState::Unknown => return None,
        })
    }

    /// Why the socket has nothing more; `otherwise` where it doesn't know.
    fn reason_at_end(&self, otherwise: LostReason) -> LostReason {
        match self.seat.socket().take_error() {
            Ok(Some(error)) => self.reason(error),
            _ => otherwise,
        }
    }

    fn reason(&self, error: io::Error) -> LostReason {
        match error.raw_os_error() {
            Some(libc::ECONNRESET | libc::ECONNREFUSED | libc::ECONNABORTED) => LostReason::PeerAbort,
            Some(libc::ENOTCONN | libc::EPIPE | libc::ESHUTDOWN) => LostReason::Shutdown,
            Some(libc::EPROTO) => LostReason::ProtocolViolation,
            _ => {
                tracing::debug!(peer = %self.peer, %error, "association lost");
                LostReason::Unreachable
            }
        }
    }
}

/// Makes the closing of a socket an ABORT (RFC 6458 section 8.1.4).
pub(super) fn abort(socket: &Socket) {
    let _ = socket.set_linger(Some(Duration::ZERO));
}
