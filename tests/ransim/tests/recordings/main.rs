//! The recordings of srsRAN judge the simulator: with the SIM's keys alone every code verifies, every ciphered message
//! deciphers, every K_eNB follows; and our phone says what srsRAN's phone said.

#[cfg(test)]
mod capture;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod golden_cell;
#[cfg(test)]
mod listener;

use capture::{LTE, messages};
use listener::Listener;

#[test]
fn every_message_of_the_recordings_verifies() {
    for (file, eea, eia) in LTE {
        let mut listener = Listener::new();
        for (from_cell, octets) in messages(file) {
            listener.hear(from_cell, &octets);
        }
        let heard = listener.heard;
        assert_eq!((heard.eea, heard.eia), (Some(eea), Some(eia)), "{file}");
        assert_eq!(heard.vectors, 1, "{file}: one authentication");
        assert!(heard.verified_up >= 4 && heard.verified_down >= 3, "{file}: {heard:?}");
        assert!(heard.keys >= 2, "{file}: K_eNB at attach and at each service request: {heard:?}");
        assert_eq!(
            heard.foreign,
            usize::from(eea == 3),
            "{file}: only the GUTI of another MME is not verifiable"
        );
    }
}

#[test]
fn our_phone_says_what_the_recorded_phone_said() {
    for (file, _, _) in LTE {
        golden::replay(file);
    }
}

#[test]
fn our_cell_says_what_the_recorded_cell_said() {
    for (file, _, _) in LTE {
        golden_cell::replay(file);
    }
}
