//! Where sockets sit while sctp-rs carries them.
//!
//! An [`sctp_rs::ConnectedSocket`] closes its descriptor when it is dropped, and only then tells tokio, which refuses to
//! forget a descriptor that is closed already: each one dropped costs about 440 octets until the runtime ends, and a
//! peer that comes and goes would fill the memory. So none is dropped while an endpoint lives. As many as there may be
//! sockets are made at start, each on a descriptor of its own, and sockets move in and out of these by dup3(2).
//!
//! What sits there at first, and in between, is an eventfd, which can always be written. tokio watches that instead of
//! the socket, and sctp-rs, which waits for it before it sends, never takes it back: so sending never waits, and no packet
//! wakes the runtime a second time.

use std::io;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

use nix::fcntl::OFlag;
use nix::sys::eventfd::{EfdFlags, EventFd};
use nix::unistd::dup3;
use sctp_rs::ConnectedSocket;
use socket2::{SockRef, Socket};

/// A place for one socket.
#[derive(Debug)]
pub(super) struct Seat {
    /// Owns the descriptor and closes it.
    carrier: ConnectedSocket,
    /// The same descriptor, which sctp-rs doesn't give out.
    fd: ManuallyDrop<OwnedFd>,
}

impl Seat {
    fn new(fd: OwnedFd) -> io::Result<Self> {
        // Only registers the descriptor with tokio: reads nothing, sets nothing, and leaves it to us where it fails.
        let carrier = ConnectedSocket::from_rawfd(fd.as_raw_fd())?;
        Ok(Self { carrier, fd: ManuallyDrop::new(fd) })
    }

    /// sctp-rs' calls on the socket.
    pub(super) fn carrier(&self) -> &ConnectedSocket {
        &self.carrier
    }

    /// The calls that sctp-rs lacks.
    pub(super) fn socket(&self) -> SockRef<'_> {
        SockRef::from(self)
    }

    fn replace(&mut self, with: BorrowedFd<'_>) -> io::Result<()> {
        Ok(dup3(with, &mut self.fd, OFlag::O_CLOEXEC)?)
    }
}

impl AsFd for Seat {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// All the places, and what sits in those that are free.
#[derive(Debug)]
pub(super) struct Seats {
    nobody: EventFd,
    free: Vec<Seat>,
}

impl Seats {
    /// # Errors
    /// The process may not have so many descriptors.
    pub(super) fn new(count: usize) -> io::Result<Self> {
        let nobody = EventFd::from_flags(EfdFlags::EFD_CLOEXEC | EfdFlags::EFD_NONBLOCK)?;
        // The descriptors first: it's they that run out, and nothing is registered then.
        let descriptors =
            (0..count).map(|_| nobody.as_fd().try_clone_to_owned()).collect::<io::Result<Vec<_>>>()?;
        let free = descriptors.into_iter().map(Seat::new).collect::<io::Result<_>>()?;
        Ok(Self { nobody, free })
    }

    /// Seats a socket, which must not block.
    ///
    /// # Errors
    /// Every seat is taken. The socket is closed.
    pub(super) fn take(&mut self, socket: Socket) -> io::Result<Seat> {
        let mut seat = self.free.pop().ok_or(io::ErrorKind::QuotaExceeded)?;
        match seat.replace(socket.as_fd()) {
            Ok(()) => Ok(seat),
            Err(error) => {
                self.free.push(seat);
                Err(error)
            }
        }
    }

    /// Closes the socket that sits there.
    pub(super) fn give_back(&mut self, mut seat: Seat) {
        match seat.replace(self.nobody.as_fd()) {
            Ok(()) => self.free.push(seat),
            // dup3 has no reason to fail on two open descriptors; if it did, dropping the seat closes the socket too.
            Err(error) => tracing::error!(%error, "an SCTP socket's seat is lost"),
        }
    }
}
