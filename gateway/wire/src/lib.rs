//! The codecs of the radio side as the gateway and the simulated radio use them: S1AP ([`s1ap`]), NAS of EPS ([`nas`]) and
//! GTP-U ([`gtpu`]).
//!
//! Each protocol is a set of plain structs, one per message, that hold only what is used and only legal values, with a
//! `decode` that never panics and an `encode`. The crate that knows the ASN.1 of S1AP is named in `s1ap::codec` and nowhere
//! else, so that it can be replaced; NAS and GTP-U are written out here.
//!
//! A message that does not decode is a value too: it says what the standard wants to be answered.

#![forbid(unsafe_code)]

pub mod gtpu;
pub mod nas;
pub mod s1ap;
