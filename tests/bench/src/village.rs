//! Who lives there: one cell, and phones that are all alike but for their SIMs and the makes of their modems.

use std::fmt::Write;
use std::sync::Arc;

use pumice_core::config::{AddressRange, Config, OwnRefusal, Timers};
use pumice_model::ModelError;
use pumice_model::box_identity::BoxIdentity;
use pumice_model::cell::CellAdmission;
use pumice_model::change::DurableState;
use pumice_model::identity::{Apn, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_model::secret::Key128;
use pumice_model::subscriber::{Ambr, ApnProfile, OperatorKey, Qci, SimKeys, Subscriber, SubscriberState};
use pumice_ransim::enb::{CapabilityInfo, EnbConfig, PhoneId};
use pumice_ransim::phone::PhoneConfig;
use pumice_ransim::ran::{EnbIndex, Ran};
use pumice_ransim::sim::SimProfile;

/// The phones of the goals.
pub(crate) const PHONES: u32 = 600;

pub(crate) const PLMN: &str = "00101";
pub(crate) const TAC: Tac = Tac(7);

/// Phones of one make have the same radio capability.
const MAKES: usize = 8;
const RADIO_CAPABILITY_OCTETS: usize = 1_500;

/// The radio network, with all phones switched off.
#[derive(Debug)]
pub(crate) struct Village {
    pub(crate) ran: Ran,
    pub(crate) enb: EnbIndex,
    pub(crate) phones: Vec<PhoneId>,
}

impl Village {
    pub(crate) fn new() -> Result<Self, ModelError> {
        let mut ran = Ran::new(1);
        // A cell that knows a phone's radio capability from the gateway does not ask the phone for it.
        let capability_info = CapabilityInfo::WhenUnknown;
        let config = EnbConfig { capability_info, ..EnbConfig::numbered(Plmn::parse(PLMN)?, TAC, 1) };
        let enb = ran.add_enb(config);
        let makes = radio_capabilities();
        let phones = sims()?
            .into_iter()
            .zip(makes.iter().cycle())
            .map(|(sim, make)| {
                let config = PhoneConfig { radio_capability: Arc::clone(make), ..PhoneConfig::new(sim)? };
                Ok(ran.add_phone(config, Some(enb)))
            })
            .collect::<Result<_, ModelError>>()?;
        Ok(Self { ran, enb, phones })
    }
}

fn sims() -> Result<Vec<SimProfile>, ModelError> {
    let plmn = Plmn::parse(PLMN)?;
    (1..=u64::from(PHONES)).map(|number| SimProfile::numbered(plmn, number)).collect()
}

fn radio_capabilities() -> [Arc<[u8]>; MAKES] {
    let mut random = fastrand::Rng::with_seed(1);
    core::array::from_fn(|_| {
        let mut octets = vec![0; RADIO_CAPABILITY_OCTETS];
        random.fill(&mut octets);
        octets.into()
    })
}

/// The core's configuration: the product's defaults.
pub(crate) fn config() -> Result<Config, ModelError> {
    let box_identity = BoxIdentity {
        serial: [7; 16],
        mme_group: MmeGroupId(0x8001),
        mme_code: MmeCode(0x2a),
        tac: TAC,
        first_teid: 0x1234_0000,
        first_ind: 8,
        m_tmsi_seed: 0x0123_4567_89ab_cdef,
    };
    Ok(Config {
        plmn: Plmn::parse(PLMN)?,
        tacs: vec![TAC],
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
        admission: CellAdmission::Learn { first: 1 },
        any_apn: false,
        refusal: OwnRefusal::NoSuitableCells,
        timers: Timers::default(),
        limits: Limits::default(),
        box_identity,
    })
}

/// What the core starts from: the subscribers, and nothing else.
pub(crate) fn provisioned() -> Result<DurableState, ModelError> {
    let subscribers = sims()?.iter().map(subscriber).collect::<Result<_, _>>()?;
    Ok(DurableState { subscribers, ..DurableState::default() })
}

fn subscriber(sim: &SimProfile) -> Result<Subscriber, ModelError> {
    let ambr = Ambr { uplink: 50_000_000, downlink: 100_000_000 };
    let apn = ApnProfile { apn: Apn::parse("internet")?, ambr, qci: Qci::DEFAULT, priority: 8 };
    let op = OperatorKey::Opc(Key128::new(sim.opc));
    Ok(Subscriber {
        imsi: sim.imsi,
        name: heapless::String::new(),
        state: SubscriberState::Active,
        keys: SimKeys { k: Key128::new(sim.k), op, amf: [0x80, 0x00] },
        seq_offset: 0,
        apns: heapless::Vec::from_iter([apn]),
        ambr,
        ims_voice: false,
    })
}

/// The subscribers as a table for the local API.
pub(crate) fn subscriber_table() -> Result<String, ModelError> {
    let mut table = String::from("imsi,k,opc\n");
    for sim in sims()? {
        let (k, opc) = (u128::from_be_bytes(sim.k), u128::from_be_bytes(sim.opc));
        // Writing to a string does not fail.
        let _ = writeln!(table, "{},{k:032x},{opc:032x}", sim.imsi.digits());
    }
    Ok(table)
}
