use std::net::{SocketAddr, UdpSocket};
use std::time::Duration;

use pumice_e2e::real::Village;
use pumice_lab::topology::SERVER_V4;
use pumice_ransim::enb::PhoneId;
use pumice_ransim::phone::Command;

/// A port of the server.
const PORT: u16 = 4000;
const PATIENCE: Duration = Duration::from_secs(5);

/// Somebody in the internet with whom a phone exchanges datagrams, so that something can come for the phone later, through
/// the NAT.
pub(crate) struct Correspondent {
    socket: UdpSocket,
    phone: PhoneId,
    /// The phone's outer side of the NAT.
    reached_at: SocketAddr,
}

impl Correspondent {
    /// The phone writes first.
    pub(crate) fn greeted_by(village: &Village, phone: PhoneId) -> Self {
        let place = SocketAddr::new(SERVER_V4.into(), PORT);
        let socket = village.topology().internet.run(move || UdpSocket::bind(place)).unwrap().unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let (address, payload) = (SERVER_V4.into(), b"hello".to_vec());
        village.radio().command(phone, Command::SendDatagram { address, port: PORT, payload }).unwrap();
        let mut heard = [0; 16];
        let (length, reached_at) = socket.recv_from(&mut heard).unwrap();
        assert_eq!(&heard[..length], b"hello");
        Self { socket, phone, reached_at }
    }

    /// Writes to the phone.
    pub(crate) fn says(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.reached_at).unwrap();
    }

    /// Waits until the phone has read it.
    pub(crate) fn is_heard(&self, village: &Village, text: &'static str) {
        let phone = self.phone;
        village
            .radio()
            .wait(&format!("the phone reads {text:?}"), PATIENCE, move |ran| {
                let datagrams = ran.phone_mut(phone)?.ip_stack()?.datagrams();
                datagrams.iter().any(|datagram| datagram.payload == text.as_bytes()).then_some(())
            })
            .unwrap();
    }
}
