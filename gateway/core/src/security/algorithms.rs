use oxirush_security::nas_eps::compute_hash_mme;
use pumice_model::ue::UeCapability;
use pumice_wire::nas::{MsNetworkCapability, UeNetworkCapability};

/// The algorithms in use: numbers of EEA and EIA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Algorithms {
    /// 0 to 3.
    pub(crate) eea: u8,
    /// 1 to 3.
    pub(crate) eia: u8,
}

/// The first of the operator's preferences that the phone has. EIA0 is never one of them; a phone that has no EIA in common
/// cannot be served.
pub(crate) fn select(capability: &UeCapability, eea: &[u8], eia: &[u8]) -> Option<Algorithms> {
    let phone = UeNetworkCapability(capability.network.clone());
    let has = |bits: u8, number: u8| number < 8 && bits & 0x80 >> number != 0;
    let chosen_eea = eea.iter().copied().find(|number| has(phone.eea(), *number))?;
    let chosen_eia = eia.iter().copied().find(|number| *number != 0 && has(phone.eia(), *number))?;
    Some(Algorithms { eea: chosen_eea, eia: chosen_eia })
}

/// The UE security capability that is replayed (TS 24.301 9.9.3.36): EEA and EIA, then UEA and UIA if the phone has UMTS,
/// then GEA if it has GPRS; with GEA alone, UEA and UIA are zero.
pub(crate) fn replayed_capability(capability: &UeCapability) -> heapless::Vec<u8, 5> {
    let phone = UeNetworkCapability(capability.network.clone());
    let gea = capability.ms_network.clone().map_or(0, |octets| MsNetworkCapability(octets).gea());
    let mut replayed = heapless::Vec::new();
    let utran = phone.uea().zip(phone.uia());
    let (uea, uia) = utran.unwrap_or((0, 0));
    let octets = [phone.eea(), phone.eia(), uea, uia, gea];
    let length = match (utran, gea) {
        (None, 0) => 2,
        (Some(_), 0) => 4,
        (_, _) => 5,
    };
    for octet in octets.into_iter().take(length) {
        // Five octets fit.
        let _ = replayed.push(octet);
    }
    replayed
}

/// HASH_MME of an attach or tracking area update request that came without protection (TS 33.401 annex I.2).
pub(crate) fn hash_mme(plain_request: &[u8]) -> [u8; 8] {
    compute_hash_mme(plain_request)
}

#[cfg(test)]
mod tests;
