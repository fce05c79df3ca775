//! Golden replay: the uplink octets of a real eNB and phone, as srsRAN's were recorded, drive our core from S1 Setup to detach.
//!
//! What an MME may choose freely is scripted from the recording ([`script`]), so the phone's recorded messages, which are
//! ciphered and integrity protected under the recorded choices, must be accepted by ours ([`replay`]). Every difference between
//! our downlink and the recorded one is in a snapshot, and each kind of difference has its reason here:
//!
//! - S1 Setup Response: another name for the MME. srsEPC writes its group 1 with the octets swapped, and gives the same group
//!   rightly in its GUTIs.
//! - Security Mode Command: HASH_MME, because the request came without protection that we could verify (TS 24.301 5.4.3.2), and
//!   the IMEISV is asked for. The phone of the recording answers a command that had neither; that is why its count of
//!   messages is the same.
//! - Initial Context Setup Request: rates, QCI and priority are the operator's; all algorithms of the phone are named, srsEPC leaves
//!   the third one out. After a service request the radio capability is given back, which srsEPC does not keep.
//! - Attach Accept, in it: what the network has is said; the rate of the APN is said; DNS servers are told only to who asks.
//! - EMM Information: names are the operator's; no time while the clock is not trusted.
//! - UE Context Release Command: the cause is the cell's own, and "detach" after a detach.
//! - Paging is not sent where srsEPC calls a phone that has just come back by itself.
//!
//! One message of the third recording fails its integrity check, as it must: the attach request of a phone whose context this MME
//! does not have.

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
