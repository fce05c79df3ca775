use core::fmt;

use pumice_model::time::Instant;
use pumice_ransim::enb::{EnbCommand, PhoneId};
use pumice_ransim::phone::{Command, EmmState};
use pumice_ransim::ran::{EnbIndex, Ran, RanInput, RanOutput};
use pumice_wire::s1ap::Cause;

/// What a phone does, or its cell for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Procedure {
    /// From switched off to the default bearer, by IMSI.
    Attach,
    /// From connected to idle, because nothing was sent for a while.
    Release,
    /// From idle to connected.
    ServiceRequest,
    /// A periodic report from idle, after which the phone is idle again.
    Update,
}

impl Procedure {
    /// A day in short: what is measured, in this order.
    pub(crate) const DAY: [Self; 5] =
        [Self::Attach, Self::Release, Self::ServiceRequest, Self::Release, Self::Update];

    pub(crate) fn begin(
        self,
        now: Instant,
        ran: &mut Ran,
        (enb, phone): (EnbIndex, PhoneId),
        out: &mut Vec<RanOutput>,
    ) {
        match self {
            Self::Attach => ran.power_on(now, phone, out),
            Self::Release => {
                let command = EnbCommand::Release { phone, cause: Cause::USER_INACTIVITY };
                ran.handle(now, RanInput::Enb { enb, command }, out);
            }
            Self::ServiceRequest => ran.command(now, phone, Command::ServiceRequest, out),
            Self::Update => ran.command(now, phone, Command::TrackingAreaUpdate { active: false }, out),
        }
    }

    /// Whether a phone that began it has come to its end.
    pub(crate) fn is_done(self, ran: &Ran, phone: PhoneId) -> bool {
        let Some(phone) = ran.phone(phone) else { return false };
        let is_registered = matches!(phone.state(), EmmState::Registered(_));
        let is_in_its_end_state = match self {
            Self::Attach | Self::ServiceRequest => phone.is_connected() && phone.has_bearers_up(),
            Self::Release | Self::Update => !phone.is_connected(),
        };
        is_registered && is_in_its_end_state
    }
}

impl fmt::Display for Procedure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Attach => "attach",
            Self::Release => "release",
            Self::ServiceRequest => "service request",
            Self::Update => "tracking area update",
        })
    }
}
