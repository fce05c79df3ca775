//! Any legal message.

mod identity;
mod nas;
mod s1ap;

pub(crate) use nas::{any_emm, any_esm};
pub(crate) use s1ap::any_s1ap;

use proptest::collection::vec;
use proptest::prelude::*;

/// Octets that live as long as a message may borrow them: as long as the test.
fn octets(length: std::ops::Range<usize>) -> impl Strategy<Value = &'static [u8]> {
    vec(any::<u8>(), length).prop_map(|octets| &*octets.leak())
}

/// A list of bounded length.
fn few<S: Strategy, const N: usize>(
    item: S,
    least: usize,
) -> impl Strategy<Value = heapless::Vec<S::Value, N>> {
    vec(item, least..=N).prop_map(|items| items.into_iter().collect())
}
