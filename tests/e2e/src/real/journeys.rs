//! What phones do in journeys, and what is waited for.

use std::net::{Ipv4Addr, SocketAddrV4};
use std::time::Duration;

use pumice_lab::http;
use pumice_ransim::enb::{EnbCommand, PhoneId};
use pumice_ransim::phone::{Command, PhoneConfig};
use pumice_ransim::ran::{EnbIndex, RanInput};
use pumice_ransim::sim::SimProfile;
use pumice_wire::nas::PdnAddress;
use pumice_wire::s1ap::Cause;

use super::village::PAGE;
use super::{Radio, RealError};

/// A page that a phone has fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browsed {
    /// Octets of the page.
    pub octets: usize,
    /// From the first TCP segment to its answer.
    pub round_trip: Duration,
    /// The PDN address that it came to.
    pub address: Ipv4Addr,
    /// The EPS bearer identity of the default bearer.
    pub bearer: u8,
}

impl Radio {
    /// Puts a phone with this SIM, switched off, in reach of a cell.
    ///
    /// # Errors
    /// The radio network has ended.
    pub fn add_phone(&self, sim: SimProfile, cell: EnbIndex) -> Result<PhoneId, RealError> {
        let mut config = PhoneConfig::new(sim)?.with_ip_stack();
        // TCP sequence numbers and ports of its own.
        config.seed = sim.imsi.digits().parse().unwrap_or(1);
        self.act(move |ran, _, _| ran.add_phone(config, Some(cell)))
    }

    /// Waits until the MME serves a cell.
    ///
    /// # Errors
    /// It does not.
    pub fn await_cell(&self, cell: EnbIndex) -> Result<(), RealError> {
        self.wait("S1 Setup", self.patience(), move |ran| {
            ran.enb(cell).is_some_and(|enb| enb.s1_state().is_ready()).then_some(())
        })
    }

    /// Switches a phone on and waits until it is attached with its bearer up, and the network knows that, too: it tells its
    /// name after Attach Complete.
    ///
    /// # Errors
    /// It is not.
    pub fn attach(&self, phone: PhoneId) -> Result<(), RealError> {
        self.power_on(phone)?;
        self.await_service(phone)?;
        self.wait(&format!("phone {} told the network's name", phone.0), self.patience(), move |ran| {
            ran.phone(phone)?.information().map(|_| ())
        })
    }

    /// Switches a phone on, as soon as every cell knows whether the MME serves it.
    ///
    /// # Errors
    /// A cell has no answer to its S1 Setup.
    pub fn power_on(&self, phone: PhoneId) -> Result<(), RealError> {
        self.wait("answers to S1 Setup", self.patience(), |ran| {
            let mut cells = (0..).map(EnbIndex).map_while(|enb| ran.enb(enb));
            cells.all(|enb| enb.s1_state().is_ready() || enb.s1_state().refusal().is_some()).then_some(())
        })?;
        self.act(move |ran, now, out| ran.power_on(now, phone, out))
    }

    /// Waits until a phone is registered with its bearer up.
    ///
    /// # Errors
    /// It is not.
    pub fn await_service(&self, phone: PhoneId) -> Result<(), RealError> {
        self.wait(&format!("phone {} registered with its bearer up", phone.0), self.patience(), move |ran| {
            let phone = ran.phone(phone)?;
            (phone.state().is_registered() && phone.has_bearers_up()).then_some(())
        })
    }

    /// Lets a cell release a phone for inactivity, and waits until the phone is idle.
    ///
    /// # Errors
    /// It is not.
    pub fn make_idle(&self, phone: PhoneId, cell: EnbIndex) -> Result<(), RealError> {
        let command = EnbCommand::Release { phone, cause: Cause::USER_INACTIVITY };
        self.input(RanInput::Enb { enb: cell, command })?;
        self.wait(&format!("phone {} idle", phone.0), self.patience(), move |ran| {
            (!ran.phone(phone)?.is_connected()).then_some(())
        })
    }

    /// A phone fetches the server's page, octet by octet the same.
    ///
    /// # Errors
    /// The page does not come, or another.
    pub fn browse(&self, phone: PhoneId, server: SocketAddrV4) -> Result<Browsed, RealError> {
        let ticket = self.begin_browsing(phone, server)?;
        self.finish_browsing(ticket)
    }

    /// Lets a phone ask for the server's page; several can do so at the same time.
    ///
    /// # Errors
    /// The radio network has ended.
    pub fn begin_browsing(&self, phone: PhoneId, server: SocketAddrV4) -> Result<Browsing, RealError> {
        let get =
            Command::HttpGet { address: (*server.ip()).into(), port: server.port(), path: "/".to_owned() };
        let number = self.act(move |ran, now, out| {
            let before = ran.phone_mut(phone).and_then(|phone| Some(phone.ip_stack()?.downloads().len()));
            ran.command(now, phone, get, out);
            before.unwrap_or(0)
        })?;
        Ok(Browsing { phone, number })
    }

    /// Waits until the page has come.
    ///
    /// # Errors
    /// It does not come, or another.
    pub fn finish_browsing(&self, browsing: Browsing) -> Result<Browsed, RealError> {
        let Browsing { phone: id, number } = browsing;
        let what = format!("phone {} has the page", id.0);
        let (download, address, bearer) = self.wait(&what, self.patience(), move |ran| {
            let phone = ran.phone_mut(id)?;
            let download = phone.ip_stack()?.downloads().get(number).cloned()?;
            download.ended?;
            let bearer = phone.bearers().first()?;
            Some((download, ipv4(bearer.address)?, bearer.ebi.get()))
        })?;
        let (status, octets) = (download.status(), download.body().len());
        match download.connected {
            Some(connected) if status == Some(200) && download.body() == http::page(PAGE) => {
                Ok(Browsed { octets, round_trip: connected.since(download.begun), address, bearer })
            }
            _ => Err(RealError::WrongPage { phone: id.0, octets, status }),
        }
    }
}

/// A page that is being fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Browsing {
    phone: PhoneId,
    number: usize,
}

fn ipv4(address: PdnAddress) -> Option<Ipv4Addr> {
    match address {
        PdnAddress::Ipv4(v4) | PdnAddress::Ipv4v6(_, v4) => Some(v4),
        PdnAddress::Ipv6(_) => None,
    }
}
