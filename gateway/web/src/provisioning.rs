//! From what an operator gives to a subscriber of the model: every value is checked, every wrong one is told.

use pumice_model::identity::{Apn, Imsi};
use pumice_model::secret::Key128;
use pumice_model::subscriber::{
    APNS, Ambr, ApnProfile, OperatorKey, Qci, SimKeys, Subscriber, SubscriberChange, SubscriberState,
};

use crate::config::SubscriberDefaults;
use crate::dto::{self, KeyText, NewApn, NewSubscriber, SubscriberPatch};
use crate::error::FieldErrors;

/// bit/s: NAS tells no less than 1 kbit/s (TS 24.301 9.9.4.2), S1AP no more than 10 Gbit/s (TS 36.413 9.2.1.19).
const BIT_RATES: core::ops::RangeInclusive<u64> = 1_000..=10_000_000_000;

/// The subscriber, or all that is wrong about it.
pub(crate) fn subscriber(
    given: &NewSubscriber,
    defaults: &SubscriberDefaults,
) -> Result<Subscriber, FieldErrors> {
    let mut errors = FieldErrors::default();
    let imsi = errors.check("/imsi", Imsi::parse(&given.imsi));
    let keys = sim_keys(given, defaults, &mut errors);
    let name = name(given.name.as_deref().unwrap_or_default(), &mut errors);
    let ambr = given.ambr.map_or(Some(defaults.ambr), |given| ambr(given, "/ambr", &mut errors));
    let apns = apns(given.apns.as_deref(), ambr.unwrap_or(defaults.ambr), defaults, &mut errors);
    match (imsi, keys, name, ambr) {
        (Some(imsi), Some(keys), Some(name), Some(ambr)) if errors.is_empty() => Ok(Subscriber {
            imsi,
            name,
            state: given.state.map_or(SubscriberState::Active, SubscriberState::from),
            keys,
            seq_offset: 0,
            apns,
            ambr,
            ims_voice: given.ims_voice.unwrap_or(false),
        }),
        _ => Err(errors),
    }
}

/// The change, or all that is wrong about it.
pub(crate) fn change(given: &SubscriberPatch) -> Result<SubscriberChange, FieldErrors> {
    let mut errors = FieldErrors::default();
    if *given == SubscriberPatch::default() {
        errors.at("", "at least one of name, state and ambr is wanted");
    }
    let change = SubscriberChange {
        name: given.name.as_deref().and_then(|given| name(given, &mut errors)),
        state: given.state.map(SubscriberState::from),
        ambr: given.ambr.and_then(|given| ambr(given, "/ambr", &mut errors)),
    };
    if errors.is_empty() { Ok(change) } else { Err(errors) }
}

fn sim_keys(
    given: &NewSubscriber,
    defaults: &SubscriberDefaults,
    errors: &mut FieldErrors,
) -> Option<SimKeys> {
    let k = errors.check("/k", Key128::from_hex(given.k.expose()));
    let mut key = |pointer, text: &KeyText| errors.check(pointer, Key128::from_hex(text.expose()));
    let op = match (&given.op, &given.opc) {
        (Some(op), None) => key("/op", op).map(OperatorKey::Op),
        (None, Some(opc)) => key("/opc", opc).map(OperatorKey::Opc),
        (None, None) => {
            errors.at("/opc", "either opc or op is wanted");
            None
        }
        (Some(_), Some(_)) => {
            errors.at("/op", "only one of opc and op is wanted");
            None
        }
    };
    let amf = match &given.amf {
        None => Some(defaults.amf),
        Some(text) => errors.check("/amf", amf(text)),
    };
    Some(SimKeys { k: k?, op: op?, amf: amf? })
}

/// TS 33.401 6.1.1: for EPS the separation bit, which is the first, must be set, or the phone refuses the network.
fn amf(text: &str) -> Result<[u8; 2], &'static str> {
    let wanted = "wanted are four hexadecimal digits of which the first is 8 or more, as 8000";
    if text.len() != 4 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(wanted);
    }
    let amf = u16::from_str_radix(text, 16).map_err(|_| wanted)?;
    if amf & 0x8000 == 0 { Err(wanted) } else { Ok(amf.to_be_bytes()) }
}

pub(crate) fn name(text: &str, errors: &mut FieldErrors) -> Option<heapless::String<64>> {
    let wanted = "a name has at most 64 octets of UTF-8 and no control characters";
    if text.chars().any(char::is_control) {
        errors.at("/name", wanted);
        return None;
    }
    errors.check("/name", text.parse().map_err(|_| wanted))
}

fn ambr(given: dto::Ambr, pointer: &str, errors: &mut FieldErrors) -> Option<Ambr> {
    let mut rate = |direction, rate| {
        let legal = BIT_RATES.contains(&rate);
        if !legal {
            errors.at(
                format!("{pointer}/{direction}"),
                format!("wanted are {} to {} bit/s", BIT_RATES.start(), BIT_RATES.end()),
            );
        }
        legal
    };
    let (uplink, downlink) = (rate("uplink", given.uplink), rate("downlink", given.downlink));
    (uplink && downlink).then_some(Ambr { uplink: given.uplink, downlink: given.downlink })
}

/// The APNs that are right; what is wrong is in `errors`.
fn apns(
    given: Option<&[NewApn]>,
    ambr: Ambr,
    defaults: &SubscriberDefaults,
    errors: &mut FieldErrors,
) -> heapless::Vec<ApnProfile, APNS> {
    let Some(given) = given else {
        let SubscriberDefaults { apn, qci, priority, .. } = defaults;
        let profile = ApnProfile { apn: apn.clone(), ambr, qci: *qci, priority: *priority };
        return core::iter::once(profile).collect();
    };
    let mut list = heapless::Vec::<ApnProfile, APNS>::new();
    if given.is_empty() {
        errors.at("/apns", "at least one APN is wanted; leave apns out for the gateway's default");
    }
    for (at, given) in given.iter().enumerate() {
        let pointer = format!("/apns/{at}");
        let Some(profile) = profile(given, &pointer, ambr, defaults, errors) else { continue };
        if list.iter().any(|known| known.apn == profile.apn) {
            errors.at(format!("{pointer}/apn"), "this APN is given twice");
        } else if list.push(profile).is_err() {
            errors.at("/apns", format!("a subscriber has at most {APNS} APNs"));
            break;
        }
    }
    list
}

fn profile(
    given: &NewApn,
    pointer: &str,
    subscriber: Ambr,
    defaults: &SubscriberDefaults,
    errors: &mut FieldErrors,
) -> Option<ApnProfile> {
    let apn = errors.check(&format!("{pointer}/apn"), Apn::parse(&given.apn));
    let qci = given.qci.map_or(Ok(defaults.qci), Qci::try_from);
    let qci = errors.check(&format!("{pointer}/qci"), qci);
    let priority = match given.priority.unwrap_or(defaults.priority) {
        priority @ 1..=15 => Ok(priority),
        _ => Err("wanted is a priority of 1 (first) to 15"),
    };
    let priority = errors.check(&format!("{pointer}/priority"), priority);
    let ambr = match given.ambr {
        None => Some(subscriber),
        Some(given) => ambr(given, &format!("{pointer}/ambr"), errors),
    };
    Some(ApnProfile { apn: apn?, ambr: ambr?, qci: qci?, priority: priority? })
}
