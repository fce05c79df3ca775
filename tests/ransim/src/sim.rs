//! SIM cards: what is printed on them, and what they compute.

mod profile;
mod usim;

#[cfg(test)]
mod tests;

pub use profile::SimProfile;
pub use usim::{Authentication, AuthenticationVector, Usim};
