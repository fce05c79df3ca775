//! The endpoint: one interface, two back ends.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use crate::kernel::Kernel;
use crate::userspace::UserSpace;
use crate::{AssociationId, Backend, Config, Counters, EndpointError, Event, SendError};

/// Listens for associations and opens them, on the SCTP of the kernel or on our own.
///
/// Dropping it aborts every association and closes everything.
#[derive(Debug)]
pub struct Endpoint(Inner);

#[derive(Debug)]
enum Inner {
    Kernel(Kernel),
    UserSpace(UserSpace),
}

impl Endpoint {
    /// Opens the endpoint. Peers may connect as soon as this returns. Call it within a tokio runtime that has I/O
    /// enabled.
    ///
    /// # Errors
    /// A wrong value of the configuration; [`EndpointError::NoKernelSctp`] where the kernel's was asked for and isn't there;
    /// [`EndpointError::System`] where the operating system refuses (the address isn't ours, the port is taken, no
    /// CAP_NET_RAW in user space).
    pub fn bind(config: Config) -> Result<Self, EndpointError> {
        config.validate()?;
        let inner = match config.backend {
            Backend::Kernel => {
                crate::kernel::probe().map_err(EndpointError::NoKernelSctp)?;
                Inner::Kernel(Kernel::bind(config)?)
            }
            Backend::UserSpace => Inner::UserSpace(UserSpace::bind(config)?),
            Backend::Auto => match crate::kernel::probe() {
                Ok(()) => {
                    tracing::info!("SCTP: the kernel's");
                    Inner::Kernel(Kernel::bind(config)?)
                }
                Err(reason) => {
                    tracing::info!(%reason, "SCTP: in user space, because this kernel has none");
                    Inner::UserSpace(UserSpace::bind(config)?)
                }
            },
        };
        Ok(Self(inner))
    }

    /// Opens an endpoint in user space over a descriptor that carries whole IP packets: a TUN device without packet
    /// information, or one end of a datagram socket pair. Needs no privilege, and works beside a kernel that has SCTP
    /// because the local addresses are not the kernel's.
    ///
    /// # Errors
    /// As [`Endpoint::bind`]; also for an unspecified local address.
    pub fn bind_over(config: Config, packets: OwnedFd) -> Result<Self, EndpointError> {
        config.validate()?;
        Ok(Self(Inner::UserSpace(UserSpace::bind_over(config, packets)?)))
    }

    /// Which back end runs: [`Backend::Kernel`] or [`Backend::UserSpace`].
    pub fn backend(&self) -> Backend {
        match &self.0 {
            Inner::Kernel(_) => Backend::Kernel,
            Inner::UserSpace(_) => Backend::UserSpace,
        }
    }

    /// The local addresses, with the ports that were chosen for port 0.
    pub fn local_addrs(&self) -> &[SocketAddr] {
        match &self.0 {
            Inner::Kernel(kernel) => kernel.local_addrs(),
            Inner::UserSpace(user_space) => user_space.local_addrs(),
        }
    }

    /// Waits for the next event. Cancel-safe: dropping the future loses nothing.
    pub async fn next(&mut self) -> Event {
        match &mut self.0 {
            Inner::Kernel(kernel) => kernel.next().await,
            Inner::UserSpace(user_space) => user_space.next().await,
        }
    }

    /// Begins an association with `peer`. [`Event::Up`] or [`Event::Lost`] follows. It comes from the endpoint's own
    /// address and port; only from the kernel's SCTP, where the endpoint listens, from an ephemeral port.
    ///
    /// # Errors
    /// [`EndpointError::NoRoom`] at `max_associations`, [`EndpointError::NoRoute`] where no local address has the peer's family,
    /// [`EndpointError::System`] where the operating system refuses at once.
    pub fn connect(&mut self, peer: SocketAddr) -> Result<AssociationId, EndpointError> {
        match &mut self.0 {
            Inner::Kernel(kernel) => kernel.connect(peer),
            Inner::UserSpace(user_space) => user_space.connect(peer),
        }
    }

    /// Queues a message, in order with the others of its stream. Never waits. `ppid` is the number
    /// ([`crate::S1AP_PPID`]); it goes out in network order.
    ///
    /// # Errors
    /// Nothing was queued; see [`SendError`].
    pub fn send(
        &mut self,
        association: AssociationId,
        stream: u16,
        ppid: u32,
        payload: Vec<u8>,
    ) -> Result<(), SendError> {
        if payload.is_empty() {
            return Err(SendError::Empty);
        }
        let limit = match &self.0 {
            Inner::Kernel(kernel) => kernel.max_message(),
            Inner::UserSpace(user_space) => user_space.max_message(),
        };
        if payload.len() > limit {
            return Err(SendError::TooLarge { len: payload.len(), limit });
        }
        match &mut self.0 {
            Inner::Kernel(kernel) => kernel.send(association, stream, ppid, payload),
            Inner::UserSpace(user_space) => user_space.send(association, stream, ppid, payload),
        }
    }

    /// Ends an association gracefully: what is queued is delivered first, nothing more can be sent. Becomes an abort
    /// after five RTO.Max. [`Event::Lost`] follows. Does nothing for an association that is gone.
    pub fn shutdown(&mut self, association: AssociationId) {
        match &mut self.0 {
            Inner::Kernel(kernel) => kernel.shutdown(association),
            Inner::UserSpace(user_space) => user_space.shutdown(association),
        }
    }

    /// Ends an association at once: the peer gets ABORT, what is queued is dropped. [`Event::Lost`] follows. Does
    /// nothing for an association that is gone.
    pub fn abort(&mut self, association: AssociationId) {
        match &mut self.0 {
            Inner::Kernel(kernel) => kernel.abort(association),
            Inner::UserSpace(user_space) => user_space.abort(association),
        }
    }

    /// What was counted so far.
    pub fn counters(&self) -> Counters {
        match &self.0 {
            Inner::Kernel(kernel) => kernel.counters(),
            Inner::UserSpace(user_space) => user_space.counters(),
        }
    }
}
