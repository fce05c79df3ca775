//! The identities of TS 23.003, TS 36.413 and TS 29.281 that travel between rooms. Each type holds only legal values.

mod bearer;
mod hex;
mod network;
mod subscriber;

pub use bearer::{Apn, Ebi, EnbUeS1apId, Fteid, MmeUeS1apId, Teid};
pub(crate) use hex::hex_octets;
pub use network::{
    CellIdentity, Ecgi, EnbId, GlobalEnbId, Gummei, Guti, MTmsi, MmeCode, MmeGroupId, Plmn, STmsi, Tac, Tai,
};
pub use subscriber::{Imeisv, Imsi};
