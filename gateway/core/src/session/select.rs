use pumice_model::identity::Apn;
use pumice_model::subscriber::{ApnProfile, Subscriber};
use pumice_wire::nas::{ApnChoice, EsmCause, Pco, PdnConnectivityRequest, PdnType, RequestType};

/// What a phone asks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PdnRequest {
    pub(crate) pti: u8,
    pub(crate) request_type: RequestType,
    pub(crate) pdn_type: PdnType,
    pub(crate) apn: Option<ApnChoice>,
    pub(crate) pco: Option<Pco>,
    /// Whether it has more to say once it can say it in secret.
    pub(crate) esm_information_transfer: bool,
}

impl PdnRequest {
    pub(crate) fn new(pti: u8, request: &PdnConnectivityRequest) -> Self {
        Self {
            pti,
            request_type: request.request_type,
            pdn_type: request.pdn_type,
            apn: request.apn.clone(),
            pco: request.pco.clone(),
            esm_information_transfer: request.esm_information_transfer,
        }
    }
}

/// What it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Selected {
    /// The name, as the phone gave it.
    pub(crate) apn: Apn,
    pub(crate) profile: ApnProfile,
    /// Why it is not all that was asked for.
    pub(crate) cause: Option<EsmCause>,
}

/// Chooses the APN (TS 23.401 5.3.2.1, TS 23.003 9.2) and the PDN type.
pub(crate) fn select(
    subscriber: &Subscriber,
    request: &PdnRequest,
    any_apn: bool,
) -> Result<Selected, EsmCause> {
    if request.request_type == RequestType::Emergency {
        return Err(EsmCause::REQUEST_REJECTED);
    }
    let cause = match request.pdn_type {
        PdnType::Ipv4 | PdnType::Reserved(_) => None,
        // A phone that wants both families gets the one that there is (6.5.1.3); so does one whose type is reserved,
        // which is read as IPv4v6 would be.
        PdnType::Ipv4v6 => Some(EsmCause::PDN_TYPE_IPV4_ONLY),
        PdnType::Ipv6 => return Err(EsmCause::PDN_TYPE_IPV4_ONLY),
        PdnType::NonIp | PdnType::Ethernet => return Err(EsmCause::UNKNOWN_PDN_TYPE),
    };
    let default = subscriber.apns.first().ok_or(EsmCause::MISSING_OR_UNKNOWN_APN)?;
    let (apn, profile) = match &request.apn {
        None => (default.apn.clone(), default),
        Some(ApnChoice::Illegal) => return Err(EsmCause::MISSING_OR_UNKNOWN_APN),
        Some(ApnChoice::Named(apn)) => {
            let wanted = apn.network_identifier();
            let own = subscriber.apns.iter().find(|profile| profile.apn.as_str() == wanted);
            let profile =
                own.or_else(|| any_apn.then_some(default)).ok_or(EsmCause::MISSING_OR_UNKNOWN_APN)?;
            (apn.clone(), profile)
        }
    };
    Ok(Selected { apn, profile: profile.clone(), cause })
}

#[cfg(test)]
mod tests;
