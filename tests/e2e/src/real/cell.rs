//! The sockets of one eNB: an SCTP association to the gateway and UDP port 2152.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use nix::sys::socket::{setsockopt, sockopt};
use pumice_ransim::ran::{EnbIndex, RanInput};
use pumice_sctp::{AssociationId, Config, Endpoint, Event, S1AP_PPID};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::RealError;

/// The port of GTP-U (TS 29.281 section 4.4.2.3).
const GTPU_PORT: u16 = 2152;
/// How long a cell waits before it connects again.
const AGAIN: Duration = Duration::from_millis(100);
/// Octets that the kernel may hold for a cell, so that a burst for many phones is not lost; less where it allows no more.
const WAITING: usize = 4 << 20;
/// The longest UDP payload.
const DATAGRAM: usize = 65_535;

/// What a cell is told.
#[derive(Debug)]
pub(super) enum CellOrder {
    /// Ends the association by an ABORT, and connects again.
    Abort,
    /// Sends a datagram.
    Datagram { to: IpAddr, octets: Vec<u8> },
    /// Sends a message; without an association it is lost.
    S1ap { stream: u16, octets: Vec<u8> },
    /// Connects; until then it is silent.
    SwitchOn,
}

/// One eNB's sockets.
#[derive(Debug)]
pub(super) struct Cell {
    enb: EnbIndex,
    gateway: SocketAddr,
    endpoint: Endpoint,
    user_plane: UdpSocket,
    association: Option<AssociationId>,
    connect_at: Option<Instant>,
    world: mpsc::Sender<RanInput>,
}

impl Cell {
    /// Opens the sockets on `address`, switched off; called inside the runtime of the radio side.
    pub(super) async fn open(
        enb: EnbIndex,
        address: IpAddr,
        gateway: SocketAddr,
        world: mpsc::Sender<RanInput>,
    ) -> Result<Self, RealError> {
        let endpoint = Endpoint::bind(sctp_config(address))?;
        let place = SocketAddr::new(address, GTPU_PORT);
        let user_plane =
            UdpSocket::bind(place).await.map_err(RealError::io(format!("binding UDP {place}")))?;
        // The forced form needs CAP_NET_ADMIN in the initial namespace.
        let _ = setsockopt(&user_plane, sockopt::RcvBufForce, &WAITING)
            .or_else(|_| setsockopt(&user_plane, sockopt::RcvBuf, &WAITING));
        let (association, connect_at) = (None, None);
        Ok(Self { enb, gateway, endpoint, user_plane, association, connect_at, world })
    }

    /// Carries what comes until nobody gives orders any more, or SCTP has ended.
    pub(super) async fn run(mut self, mut orders: mpsc::UnboundedReceiver<CellOrder>) {
        let mut buffer = vec![0; DATAGRAM];
        loop {
            let connect_at = self.connect_at;
            let connects = async {
                match connect_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let input = tokio::select! {
                order = orders.recv() => match order {
                    Some(order) => self.carry_out(order).await,
                    None => return,
                },
                event = self.endpoint.next() => match event {
                    Event::Closed => return,
                    event => self.associated(event),
                },
                Ok((length, from)) = self.user_plane.recv_from(&mut buffer) => {
                    let octets = buffer.get(..length).unwrap_or_default().to_vec();
                    Some(RanInput::Datagram { enb: self.enb, from: from.ip(), octets })
                }
                () = connects => {
                    self.connect();
                    None
                }
            };
            if let Some(input) = input
                && self.world.send(input).await.is_err()
            {
                return;
            }
        }
    }

    fn connect(&mut self) {
        // Where there is no room or no route now, there may be later.
        let connecting = self.endpoint.connect(self.gateway);
        self.connect_at = connecting.is_err().then(|| Instant::now() + AGAIN);
    }

    fn associated(&mut self, event: Event) -> Option<RanInput> {
        let enb = self.enb;
        match event {
            Event::Up { association, outbound_streams, .. } => {
                self.association = Some(association);
                Some(RanInput::AssociationUp { enb, streams: outbound_streams })
            }
            Event::Message { stream, payload, .. } => Some(RanInput::S1ap { enb, stream, octets: payload }),
            Event::Restarted { outbound_streams, .. } => {
                Some(RanInput::AssociationUp { enb, streams: outbound_streams })
            }
            Event::Lost { .. } => {
                self.connect_at = Some(Instant::now() + AGAIN);
                self.association.take().map(|_| RanInput::AssociationDown { enb })
            }
            _ => None,
        }
    }

    async fn carry_out(&mut self, order: CellOrder) -> Option<RanInput> {
        match order {
            CellOrder::Abort => {
                if let Some(association) = self.association {
                    self.endpoint.abort(association);
                }
            }
            CellOrder::Datagram { to, octets } => {
                // UDP may lose it; an ICMP error of an earlier one comes here, too.
                let _ = self.user_plane.send_to(&octets, SocketAddr::new(to, GTPU_PORT)).await;
            }
            CellOrder::S1ap { stream, octets } => {
                let association = self.association?;
                if self.endpoint.send(association, stream, S1AP_PPID, octets).is_err() {
                    // A message that is lost in the middle of an association must not go unnoticed.
                    self.endpoint.abort(association);
                }
            }
            CellOrder::SwitchOn => self.connect_at = Some(Instant::now()),
        }
        None
    }
}

/// Quick to notice that the gateway has been started anew.
fn sctp_config(address: IpAddr) -> Config {
    let mut config = Config::new(SocketAddr::new(address, 0));
    config.listen = false;
    config.rto_initial = Duration::from_millis(200);
    config.rto_min = Duration::from_millis(100);
    config.rto_max = Duration::from_secs(1);
    config.heartbeat_interval = Duration::from_millis(300);
    config
}
