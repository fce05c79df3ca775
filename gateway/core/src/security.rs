//! NAS security (TS 33.401, TS 24.301 4.4): contexts, their COUNTs, the choice of algorithms, what is replayed to phones.

mod algorithms;
mod context;
mod count;

pub(crate) use algorithms::{Algorithms, hash_mme, replayed_capability, select};
pub(crate) use context::SecurityContext;
