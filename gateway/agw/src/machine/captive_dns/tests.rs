use std::net::Ipv4Addr;

use proptest::prelude::*;
use tokio::net::UdpSocket;

use super::{answer, bind_to, run};

const OWN: Ipv4Addr = Ipv4Addr::new(192, 168, 78, 1);

/// A query as a phone makes it, with an EDNS record after the question.
fn query(name: &str, kind: u16, class: u16) -> Vec<u8> {
    let mut octets = vec![0xbe, 0xef, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 1];
    octets.extend(question(name, kind, class));
    octets.extend([0, 0, 41, 0x04, 0xd0, 0, 0, 0, 0, 0, 0]);
    octets
}

fn question(name: &str, kind: u16, class: u16) -> Vec<u8> {
    let mut octets = Vec::new();
    for label in name.split('.') {
        octets.push(u8::try_from(label.len()).unwrap());
        octets.extend(label.as_bytes());
    }
    octets.push(0);
    octets.extend(kind.to_be_bytes());
    octets.extend(class.to_be_bytes());
    octets
}

fn code(reply: &[u8]) -> u8 {
    reply[3] & 0x0f
}

#[test]
fn every_name_leads_to_the_box() {
    let reply = answer(&query("connectivitycheck.gstatic.com", 1, 1), OWN).unwrap();
    let mut expected = vec![0xbe, 0xef, 0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    expected.extend(question("connectivitycheck.gstatic.com", 1, 1));
    expected.extend([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 10, 0, 4, 192, 168, 78, 1]);
    assert_eq!(reply, expected);
}

#[test]
fn other_types_of_the_same_name_are_empty_and_not_missing() {
    for kind in [28, 64, 65] {
        let reply = answer(&query("captive.apple.com", kind, 1), OWN).unwrap();
        assert_eq!((code(&reply), &reply[4..8]), (0, &[0, 1, 0, 0][..]), "type {kind}");
    }
    let mx = answer(&query("captive.apple.com", 15, 1), OWN).unwrap();
    assert_eq!((code(&mx), &mx[4..8]), (3, &[0, 1, 0, 0][..]));
    let chaos = answer(&query("version.bind", 16, 3), OWN).unwrap();
    assert_eq!(code(&chaos), 5);
}

#[test]
fn what_is_no_question_is_not_answered() {
    let mut response = query("a.example", 1, 1);
    response[2] |= 0x80;
    assert_eq!(answer(&response, OWN), None);
    for length in 0..6 {
        assert_eq!(answer(&query("a.example", 1, 1)[..length], OWN), None);
    }
}

#[test]
fn questions_out_of_shape_are_format_errors() {
    let whole = query("a.example", 1, 1);
    for length in 6..12 + 11 + 4 {
        assert_eq!(code(&answer(&whole[..length], OWN).unwrap()), 1, "{length} octets");
    }
    let mut two = whole.clone();
    two[5] = 2;
    assert_eq!(code(&answer(&two, OWN).unwrap()), 1);
    // A pointer to itself.
    let mut pointer = whole.clone();
    pointer[12..14].copy_from_slice(&[0xc0, 12]);
    assert_eq!(code(&answer(&pointer, OWN).unwrap()), 1);
    let long = vec!["a".repeat(63); 4].join(".");
    assert_eq!(code(&answer(&query(&long, 1, 1), OWN).unwrap()), 1, "257 octets");
    let legal = format!("{}.{}", vec!["a".repeat(63); 3].join("."), "a".repeat(61));
    assert_eq!(code(&answer(&query(&legal, 1, 1), OWN).unwrap()), 0, "255 octets");
    let mut update = whole;
    update[2] = 0x28;
    assert_eq!(code(&answer(&update, OWN).unwrap()), 4);
}

proptest! {
    #[test]
    fn any_octets_are_survived(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
        if let Some(reply) = answer(&octets, OWN) {
            // Not worth much to who wants to flood somebody.
            prop_assert!(reply.len() <= octets.len() + 16);
            prop_assert_eq!(&reply[..2], &octets[..2]);
        }
    }
}

#[tokio::test]
async fn task_answers_over_udp_and_goes_on_after_garbage() {
    let server = bind_to("127.0.0.1:0".parse().unwrap()).unwrap();
    let to = server.local_addr().unwrap();
    let task = tokio::spawn(run(server, OWN));
    let phone = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    phone.send_to(&[0xff; 40], to).await.unwrap();
    phone.send_to(&query("pumice.example", 1, 1), to).await.unwrap();
    let mut reply = [0; 512];
    let (length, from) = phone.recv_from(&mut reply).await.unwrap();
    assert_eq!((from, &reply[length - 4..length]), (to, &OWN.octets()[..]));
    task.abort();
}

#[test]
fn address_need_not_be_there_yet() {
    let socket = bind_to("192.0.2.53:0".parse().unwrap()).unwrap();
    assert_eq!(socket.local_addr().unwrap().ip(), Ipv4Addr::new(192, 0, 2, 53));
}
