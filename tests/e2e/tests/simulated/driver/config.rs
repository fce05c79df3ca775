//! The network that is driven.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use pumice_core::choose::{Choices, ChooseMmeUe, Entropy};
use pumice_core::config::{AddressRange, Config, OwnRefusal, Timers};
use pumice_model::box_identity::BoxIdentity;
use pumice_model::cell::CellAdmission;
use pumice_model::change::DurableState;
use pumice_model::identity::{Apn, MmeCode, MmeGroupId, MmeUeS1apId, Plmn, Tac, Tai};
use pumice_model::limits::Limits;
use pumice_model::secret::Key128;
use pumice_model::subscriber::{Ambr, ApnProfile, OperatorKey, Qci, SimKeys, Subscriber, SubscriberState};
use pumice_ransim::sim::SimProfile;

use super::Random;

/// The network of the recordings.
const PLMN: &str = "00101";
/// Its tracking area.
pub(crate) const TAC: Tac = Tac(7);
/// How many SIMs are provisioned beside the recorded one.
const SIMS: u64 = 32;

pub(crate) fn plmn() -> Plmn {
    Plmn::parse(PLMN).expect("a PLMN")
}

pub(crate) fn tai() -> Tai {
    Tai { plmn: plmn(), tac: TAC }
}

/// SIM number 0 is the recorded one.
pub(crate) fn profile(number: u64) -> SimProfile {
    match number {
        0 => SimProfile::srsran().expect("the recorded SIM"),
        _ => SimProfile::numbered(plmn(), number).expect("a SIM"),
    }
}

pub(crate) fn config(eea: u8, eia: u8) -> Config {
    Config {
        plmn: plmn(),
        tacs: vec![TAC],
        mme_group: MmeGroupId(1),
        mme_code: MmeCode(0x1a),
        mme_name: "pumice".to_owned(),
        network_name: "Village".to_owned(),
        network_short_name: "Village".to_owned(),
        user_plane_address: "127.0.1.100".parse().expect("an address"),
        pool: AddressRange { network: "172.16.0.0".parse().expect("an address"), prefix: 24 },
        dns: vec!["8.8.8.8".parse().expect("an address")],
        mtu: 1_400,
        eea: vec![eea],
        eia: vec![eia],
        admission: CellAdmission::Learn { first: 2 },
        any_apn: true,
        refusal: OwnRefusal::NoSuitableCells,
        timers: Timers { t3412: Duration::from_secs(30 * 60), ..Timers::default() },
        limits: Limits::default(),
        box_identity: identity(),
    }
}

fn identity() -> BoxIdentity {
    BoxIdentity {
        serial: [0; 16],
        mme_group: MmeGroupId(1),
        mme_code: MmeCode(0x1a),
        tac: TAC,
        first_teid: 1,
        first_ind: 0,
        m_tmsi_seed: 0x5eed,
    }
}

pub(crate) fn subscribers() -> DurableState {
    let subscribers = (0..=SIMS).map(|number| subscriber(&profile(number))).collect();
    DurableState { subscribers, ..DurableState::default() }
}

fn subscriber(profile: &SimProfile) -> Subscriber {
    let ambr = Ambr { uplink: 50_000_000, downlink: 100_000_000 };
    let apn = ApnProfile { apn: Apn::parse("srsapn").expect("an APN"), ambr, qci: Qci::DEFAULT, priority: 8 };
    let op = OperatorKey::Opc(Key128::new(profile.opc));
    Subscriber {
        imsi: profile.imsi,
        name: heapless::String::new(),
        state: SubscriberState::Active,
        keys: SimKeys { k: Key128::new(profile.k), op, amf: [0x80, 0x00] },
        seq_offset: 0,
        apns: [apn].into_iter().collect(),
        ambr,
        ims_voice: false,
    }
}

/// The product's choices, from a seed; the MME UE S1AP ID counts up from 1 and is shared with the test, which must find
/// connections that their cell knows nothing of.
pub(crate) fn choices(seed: u64) -> (Choices, Arc<AtomicU32>) {
    let last = Arc::new(AtomicU32::new(0));
    let mut choices = Choices::new(Seeded(Random::new(seed)), &identity());
    choices.mme_ue = Box::new(Shared(Arc::clone(&last)));
    (choices, last)
}

#[derive(Clone)]
struct Seeded(Random);

impl Entropy for Seeded {
    fn fill(&mut self, octets: &mut [u8]) {
        octets.fill_with(|| self.0.octet());
    }
}

struct Shared(Arc<AtomicU32>);

impl ChooseMmeUe for Shared {
    fn mme_ue(&mut self) -> MmeUeS1apId {
        MmeUeS1apId(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }
}
