//! Golden replay: the uplink octets of a real eNB and phone, as srsRAN's were recorded, drive our core from S1 Setup to detach.
//!
//! What an MME may choose freely is scripted from the recording ([`script`]), so the phone's recorded messages, which are
//! ciphered and integrity protected under the recorded choices, must be accepted by ours ([`replay`]). Every difference between
//! our downlink and the recorded one is in a snapshot with its reason ([`reason`]); one that has none fails the test. Paging is not
//! sent where srsEPC calls a phone that has just come back by itself.
//!
//! One message of the third recording fails its integrity check, as it must: the attach request of a phone whose context this MME
//! does not have.

mod reason;
mod replay;
mod script;

use replay::Replay;

#[test]
fn eea0_eia2() {
    insta::assert_snapshot!(Replay::of("srsran-s1-eea0-eia2.pcap", &[0], &[2]).run());
}

#[test]
fn eea2_eia1() {
    insta::assert_snapshot!(Replay::of("srsran-s1-eea2-eia1.pcap", &[2], &[1]).run());
}

#[test]
fn eea3_eia3() {
    insta::assert_snapshot!(Replay::of("srsran-s1-eea3-eia3.pcap", &[3], &[3]).run());
}
