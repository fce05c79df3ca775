//! Malformed and hostile input (TS 36.413 10, TS 24.301 7): the classes of what has crashed other cores, generated.
//!
//! - [`sweep`]: recorded and other legal messages, cut at every octet, with every bit flipped, with every octet set to 00, 7f, 80 and
//!   ff, as S1AP and, protected rightly or not at all, as NAS, in every state of a connection.
//! - [`elements`]: IEs absent, twice, misplaced, strange, of any length and choice; NAS lengths that lie; messages of 64 KiB.
//! - [`stories`]: the few that take more than one message: a stranger with somebody's identity, messages before S1 Setup and after
//!   release, a second attach while the first runs.
//! - [`walk`]: long random walks of several phones and cells, against a store and a user plane that keep account.
//!
//! After each case: no panic, bounded work, no association lost, and two bystanders, one at the same cell, as they were. After each
//! message they are asked to prove that they are still served. All failures of a test are told together.
//!
//! A run takes a sample by a fixed seed; `PUMICE_FULL=1` takes all. Each test prints how many cases ran.

mod aper;
mod corpus;
mod elements;
mod mutation;
mod rig;
mod stories;
mod sweep;
mod walk;

use crate::driver::Random;

/// Which cases are tried: one in so many, by chance from a seed, or all.
struct Sample {
    one_in: usize,
    random: Random,
}

impl Sample {
    /// One in so many, unless everything is wanted.
    fn of(one_in: usize) -> Self {
        let everything = std::env::var_os("PUMICE_FULL").is_some_and(|value| value == "1");
        Self { one_in: if everything { 1 } else { one_in }, random: Random::new(0x0bad_5eed) }
    }

    fn takes(&mut self) -> bool {
        self.one_in == 1 || self.random.one_in(self.one_in)
    }
}
