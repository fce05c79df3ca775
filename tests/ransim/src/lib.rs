//! The other side of the wire: phones and eNBs for tests, demo and benches.
//!
//! Layers, from the card outwards: [`sim`] (SIM cards), [`crypto`] and [`security`] (Milenage, key derivation, NAS security,
//! all of its own), [`phone`] (EMM, ESM, timers, what reject causes do), [`ip_stack`] (TCP, UDP and ICMP inside a phone's
//! tunnel), [`enb`] (S1AP and GTP-U of a cell) and [`ran`] (a world of eNBs and phones, and links that misbehave).
//! The codecs of `pumice-wire` are shared with the gateway, and nothing else: what is wrong on both sides would not be
//! found.
//!
//! Everything is sans-IO: state machines that take inputs with an explicit time and append outputs. **The invariant:** the
//! same inputs at the same times and the same seed give the same outputs, octet by octet.
//!
//! The boundary of the world is S1AP octets and GTP-U datagrams. A test joins it to a gateway without sockets; a demo joins
//! it to an SCTP association and a UDP socket per eNB:
//!
//! ```
//! use pumice_model::identity::{Plmn, Tac};
//! use pumice_model::time::Instant;
//! use pumice_ransim::enb::EnbConfig;
//! use pumice_ransim::phone::PhoneConfig;
//! use pumice_ransim::ran::{Ran, RanInput, RanOutput};
//! use pumice_ransim::sim::SimProfile;
//!
//! let plmn: Plmn = "00101".parse()?;
//! let mut ran = Ran::new(1);
//! let enb = ran.add_enb(EnbConfig::numbered(plmn, Tac(7), 1));
//! let phone = ran.add_phone(PhoneConfig::new(SimProfile::numbered(plmn, 1)?)?, Some(enb));
//!
//! let (mut now, mut out) = (Instant::ZERO, Vec::new());
//! ran.handle(now, RanInput::AssociationUp { enb, streams: 4 }, &mut out);
//! ran.power_on(now, phone, &mut out);
//! for output in out.drain(..) {
//!     match output {
//!         // For the gateway: what it answers comes back as `RanInput::S1ap`.
//!         RanOutput::S1ap { enb: _, stream, octets } => assert!(stream == 0 && !octets.is_empty()),
//!         // UDP port 2152 at `to`; what comes back is a `RanInput::Datagram`.
//!         RanOutput::Datagram { .. } => {}
//!     }
//! }
//! // Nothing more happens now: time goes to the next deadline of either side.
//! if let Some(deadline) = ran.next_deadline() {
//!     now = deadline;
//!     ran.handle(now, RanInput::Tick, &mut out);
//! }
//! # Ok::<(), pumice_model::ModelError>(())
//! ```
//!
//! A test can act on four levels: [`phone::Command`] (what a user does), [`phone::NasRule`] and
//! [`phone::Command::SendNas`] (what a hostile or broken phone does), [`enb::EnbCommand`] (what a cell does, down to raw
//! octets), and [`ran::LinkRule`] (what a link does). Phones and eNBs that are `scripted` do nothing by themselves.
//!
//! Not here: handover, dedicated bearers, radio delays, and 5G.

#![forbid(unsafe_code)]

pub mod crypto;
pub mod enb;
pub mod ip_stack;
pub mod phone;
pub mod ran;
pub mod security;
pub mod sim;
