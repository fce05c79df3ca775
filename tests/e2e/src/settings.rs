//! What a simulation is made of.

use core::time::Duration;

use pumice_core::config::{AddressRange, Config, OwnRefusal, Timers};
use pumice_model::box_identity::BoxIdentity;
use pumice_model::cell::CellAdmission;
use pumice_model::identity::{Apn, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_model::secret::Key128;
use pumice_model::subscriber::{Ambr, ApnProfile, OperatorKey, Qci, SimKeys, Subscriber, SubscriberState};
use pumice_ransim::sim::SimProfile;

/// What a simulation is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Decides all that is left to chance.
    pub seed: u64,
    /// The gateway's configuration.
    pub config: Config,
    /// Where it keeps its state.
    pub storage: Storage,
    /// One way between a cell and the gateway, signalling and user plane alike.
    pub link_latency: Duration,
    /// One way between the gateway and the internet.
    pub internet_latency: Duration,
    /// How long a commit takes.
    pub commit_latency: Duration,
    /// Outbound streams of the gateway's associations, and of the cells'.
    pub streams: u16,
    /// Whether messages are traced and watched. Benches go without.
    pub traced: bool,
}

/// Where the gateway keeps its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// Nowhere: every commit succeeds and is forgotten.
    Nowhere,
    /// In a database of its own; `vfs` is the SQLite VFS to use, if not SQLite's own.
    Database {
        /// Its name.
        vfs: Option<String>,
    },
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: 1,
            config: village(),
            storage: Storage::Database { vfs: None },
            link_latency: Duration::from_millis(5),
            internet_latency: Duration::from_millis(20),
            commit_latency: Duration::from_millis(2),
            streams: 8,
            traced: true,
        }
    }
}

impl Settings {
    /// With another seed.
    #[must_use]
    pub fn seeded(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// With changes of the gateway's configuration.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }

    /// With changes of its timers.
    #[must_use]
    pub fn with_timers(self, change: impl FnOnce(&mut Timers)) -> Self {
        self.with(|config| change(&mut config.timers))
    }

    /// With changes of its bounds.
    #[must_use]
    pub fn with_limits(self, change: impl FnOnce(&mut Limits)) -> Self {
        self.with(|config| change(&mut config.limits))
    }

    /// Without a store.
    #[must_use]
    pub fn without_store(self) -> Self {
        Self { storage: Storage::Nowhere, ..self }
    }
}

/// The configuration of a village box with the product's defaults: network 001/01, area 7, addresses 10.45.0.0/16.
pub fn village() -> Config {
    let box_identity = BoxIdentity {
        serial: [7; 16],
        mme_group: MmeGroupId(0x8001),
        mme_code: MmeCode(0x2a),
        tac: Tac(7),
        first_teid: 0x1234_0000,
        first_ind: 8,
        m_tmsi_seed: 0x0123_4567_89ab_cdef,
    };
    Config {
        plmn: Plmn::parse("00101").expect("a PLMN"),
        tacs: vec![Tac(7)],
        mme_group: box_identity.mme_group,
        mme_code: box_identity.mme_code,
        mme_name: "pumice".to_owned(),
        network_name: "Village".to_owned(),
        network_short_name: "Vil".to_owned(),
        user_plane_address: [127, 0, 1, 100].into(),
        pool: AddressRange { network: [10, 45, 0, 0].into(), prefix: 16 },
        dns: vec![[198, 51, 100, 53].into()],
        mtu: 1_400,
        eea: vec![2, 1, 3, 0],
        eia: vec![2, 1, 3],
        admission: CellAdmission::Learn { first: 8 },
        any_apn: true,
        refusal: OwnRefusal::NoSuitableCells,
        timers: Timers::default(),
        limits: Limits::default(),
        box_identity,
    }
}

/// The subscriber of a SIM, with the APN `internet`.
pub fn subscriber(sim: &SimProfile) -> Subscriber {
    let ambr = Ambr { uplink: 50_000_000, downlink: 100_000_000 };
    let apn =
        ApnProfile { apn: Apn::parse("internet").expect("an APN"), ambr, qci: Qci::DEFAULT, priority: 8 };
    Subscriber {
        imsi: sim.imsi,
        name: heapless::String::new(),
        state: SubscriberState::Active,
        keys: SimKeys {
            k: Key128::new(sim.k),
            op: OperatorKey::Opc(Key128::new(sim.opc)),
            amf: [0x80, 0x00],
        },
        seq_offset: 0,
        apns: heapless::Vec::from_iter([apn]),
        ambr,
        ims_voice: false,
    }
}
