//! The fast tier and the full one.

use std::env;

/// Is this a run of `cargo xtask test --full`, with its soaks and long sweeps?
#[must_use]
pub fn is_full() -> bool {
    env::var_os("PUMICE_FULL").is_some_and(|value| value == "1")
}
