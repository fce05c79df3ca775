use std::net::{IpAddr, SocketAddr, SocketAddrV4};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use pumice_lab::capture::Capture;
use pumice_lab::{Topology, http, topology};
use pumice_model::ModelError;
use pumice_model::identity::{Plmn, Tac};
use pumice_ransim::enb::{EnbConfig, PhoneId};
use pumice_ransim::ran::EnbIndex;
use pumice_ransim::sim::SimProfile;
use serde_json::Value;
use tempfile::TempDir;

use super::gateway::Answer;
use super::{Browsed, Browsing, Configuration, Gateway, Radio, RealError};

/// Octets of the page that the server in the internet gives.
pub const PAGE: usize = 60_000;
/// How long anything that a phone does may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(8);
/// The web server.
const SERVER: SocketAddrV4 = SocketAddrV4::new(topology::SERVER_V4, 80);
/// Octets of a capture at most.
const CAPTURE: u64 = 64 << 20;

/// What a village is made of.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Its eNBs, in their order; the village gives them their addresses.
    pub cells: Vec<EnbConfig>,
    /// Whether the cells are switched on from the start; else by [`Radio::switch_on`].
    pub cells_on: bool,
    /// Whether S1AP and GTP-U run over IPv6; then there is one cell.
    pub ipv6: bool,
    /// What differs in the gateway's configuration: section, key, and the value as TOML has it.
    pub settings: Vec<(&'static str, &'static str, String)>,
    /// Whether the gateway's configuration names no network: it is to be set up.
    pub blank: bool,
    /// Where everything that passes between cells and gateway is captured.
    pub capture: Option<PathBuf>,
}

/// A whole network: cells and phones, the gateway, and a web server in the internet.
#[derive(Debug)]
pub struct Village {
    // Dropped in this order.
    radio: Radio,
    capture: Option<Capture>,
    gateway: Gateway,
    server: http::Server,
    topology: Topology,
    _home: TempDir,
}

impl Plan {
    /// The eNB with this number, in area 1 of network 001/01.
    ///
    /// # Errors
    /// There is no such network.
    pub fn cell(number: u8) -> Result<EnbConfig, ModelError> {
        Ok(EnbConfig::numbered(village_plmn()?, Tac(1), number))
    }

    /// A box fresh from its maker.
    #[must_use]
    pub fn blank() -> Self {
        Self { blank: true, ..Self::default() }
    }

    /// With another value in the gateway's configuration.
    #[must_use]
    pub fn with(mut self, section: &'static str, key: &'static str, value: impl Into<String>) -> Self {
        self.settings.push((section, key, value.into()));
        self
    }
}

impl Default for Plan {
    /// One cell; nothing differs.
    fn default() -> Self {
        Self {
            cells: Self::cell(1).into_iter().collect(),
            cells_on: true,
            ipv6: false,
            settings: Vec::new(),
            blank: false,
            capture: None,
        }
    }
}

impl Village {
    /// Builds it; the gateway is ready and the cells are on their way when this returns.
    ///
    /// # Errors
    /// The process may not make namespaces, the gateway does not start, or a cell has no SCTP.
    pub fn build(plan: Plan) -> Result<Self, RealError> {
        let home = TempDir::with_prefix("pumice-").map_err(RealError::io("making a folder"))?;
        let topology = Topology::build()?;
        let capture = plan
            .capture
            .map(|path| Capture::start(&topology.gateway, topology::S1_LINK, &path, CAPTURE))
            .transpose()?;
        let place = SERVER.into();
        let server = http::Server::start(&topology.internet, &[place], PAGE)?;

        let address: IpAddr =
            if plan.ipv6 { topology::GATEWAY_S1_V6.into() } else { topology::GATEWAY_S1_V4.into() };
        let mut configuration = Configuration::village(address, home.path());
        for (section, key, value) in plan.settings {
            configuration.set(section, key, value);
        }
        if plan.blank {
            configuration.leave_out("network").leave_out("user_plane");
        }
        let gateway = Gateway::start(&topology.gateway, &configuration, home.path())?;

        let mut cells = plan.cells;
        for (host, cell) in (2..).zip(&mut cells) {
            cell.address = match (host, plan.ipv6) {
                (2, true) => topology::ENB_V6.into(),
                (2, false) => topology::ENB_V4.into(),
                (further, _) => topology.add_enb(further)?.into(),
            };
        }
        let radio = Radio::start(&topology.radio, SocketAddr::new(address, 36412), cells, plan.cells_on, 1)?;
        Ok(Self { radio, capture, gateway, server, topology, _home: home })
    }

    /// The radio network.
    #[must_use]
    pub fn radio(&self) -> &Radio {
        &self.radio
    }

    /// The gateway.
    #[must_use]
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The gateway, to be killed.
    #[must_use]
    pub fn gateway_mut(&mut self) -> &mut Gateway {
        &mut self.gateway
    }

    /// The web server.
    #[must_use]
    pub fn server(&self) -> &http::Server {
        &self.server
    }

    /// The namespaces.
    #[must_use]
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Starts the gateway once more with the same configuration and files.
    ///
    /// # Errors
    /// It does not start.
    pub fn start_gateway_again(&mut self) -> Result<(), RealError> {
        self.gateway.start_again(&self.topology.gateway)
    }

    /// Starts the gateway once more if it has ended to be started anew; whether it had.
    ///
    /// # Errors
    /// It ended otherwise, or does not start.
    pub fn start_gateway_again_if_wanted(&mut self) -> Result<bool, RealError> {
        self.gateway.start_again_if_wanted(&self.topology.gateway)
    }

    /// Waits until the gateway has ended to be started anew.
    ///
    /// # Errors
    /// It ended otherwise, or does not end.
    pub fn await_gateway_end(&mut self) -> Result<(), RealError> {
        self.gateway.await_end(PATIENCE)
    }

    /// Waits until the gateway has ended to be started anew, and starts it.
    ///
    /// # Errors
    /// It ended otherwise, does not start, or does not end.
    pub fn await_gateway_restart(&mut self) -> Result<(), RealError> {
        self.gateway.await_restart(&self.topology.gateway, PATIENCE)
    }

    /// Ends the capture: everything that has been sent so far is in the file.
    ///
    /// # Errors
    /// It could not be written.
    pub fn stop_capture(&mut self) -> Result<(), RealError> {
        if let Some(capture) = self.capture.take() {
            capture.stop()?;
        }
        Ok(())
    }

    /// Asks the local API.
    ///
    /// # Errors
    /// It does not answer.
    pub fn api(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer, RealError> {
        self.gateway.api(&self.topology.gateway, method, path, body)
    }

    /// Provisions a SIM through the local API.
    ///
    /// # Errors
    /// The API refuses it.
    pub fn provision(&self, sim: &SimProfile) -> Result<(), RealError> {
        self.gateway.add_subscriber(&self.topology.gateway, sim)
    }

    /// Puts a phone with this SIM, switched off, in reach of a cell.
    ///
    /// # Errors
    /// The radio network has ended.
    pub fn add_phone(&self, sim: SimProfile, cell: EnbIndex) -> Result<PhoneId, RealError> {
        self.radio.add_phone(sim, cell)
    }

    /// Provisions SIM `number`, and puts a phone with it in reach of the first cell.
    ///
    /// # Errors
    /// The API refuses it.
    pub fn subscribe(&self, number: u64) -> Result<PhoneId, RealError> {
        let sim = sim(number)?;
        self.provision(&sim)?;
        self.add_phone(sim, EnbIndex(0))
    }

    /// Waits until the MME serves a cell.
    ///
    /// # Errors
    /// It does not.
    pub fn await_cell(&self, cell: EnbIndex) -> Result<(), RealError> {
        self.radio.await_cell(cell)
    }

    /// Switches a phone on and waits until it is attached with its bearer up, and the network knows that, too: it tells its
    /// name after Attach Complete.
    ///
    /// # Errors
    /// It is not.
    pub fn attach(&self, phone: PhoneId) -> Result<(), RealError> {
        self.radio.attach(phone)
    }

    /// Switches a phone on, as soon as every cell knows whether the MME serves it.
    ///
    /// # Errors
    /// A cell has no answer to its S1 Setup.
    pub fn power_on(&self, phone: PhoneId) -> Result<(), RealError> {
        self.radio.power_on(phone)
    }

    /// Waits until a phone is registered with its bearer up.
    ///
    /// # Errors
    /// It is not.
    pub fn await_service(&self, phone: PhoneId) -> Result<(), RealError> {
        self.radio.await_service(phone)
    }

    /// Lets a cell release a phone for inactivity, and waits until the phone is idle.
    ///
    /// # Errors
    /// It is not.
    pub fn make_idle(&self, phone: PhoneId, cell: EnbIndex) -> Result<(), RealError> {
        self.radio.make_idle(phone, cell)
    }

    /// A phone fetches the server's page, octet by octet the same.
    ///
    /// # Errors
    /// The page does not come, or another.
    pub fn browse(&self, phone: PhoneId) -> Result<Browsed, RealError> {
        self.radio.browse(phone, SERVER)
    }

    /// Lets a phone ask for the server's page; several can do so at the same time.
    ///
    /// # Errors
    /// The radio network has ended.
    pub fn begin_browsing(&self, phone: PhoneId) -> Result<Browsing, RealError> {
        self.radio.begin_browsing(phone, SERVER)
    }

    /// Waits until the page has come.
    ///
    /// # Errors
    /// It does not come, or another.
    pub fn finish_browsing(&self, browsing: Browsing) -> Result<Browsed, RealError> {
        self.radio.finish_browsing(browsing)
    }
}

impl Drop for Village {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the gateway's log:\n{}", self.gateway.log());
        }
    }
}

/// The SIM with this number in network 001/01.
///
/// # Errors
/// The number is too long.
pub fn sim(number: u64) -> Result<SimProfile, ModelError> {
    SimProfile::numbered(village_plmn()?, number)
}

fn village_plmn() -> Result<Plmn, ModelError> {
    Plmn::parse("00101")
}
