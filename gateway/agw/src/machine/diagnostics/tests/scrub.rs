use proptest::prelude::*;

use super::super::Scrubber;

fn scrubbed(text: &str) -> String {
    Scrubber::new([""; 0]).scrub(text)
}

#[test]
fn keys_go_however_they_are_written() {
    let key = "465b5ce8b199b49faa5f0a2ee238a6bc";
    let octets: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&key[2 * at..2 * at + 2], 16).unwrap()).collect();
    let pairs =
        |between: &str| octets.iter().map(|octet| format!("{octet:02x}")).collect::<Vec<_>>().join(between);
    for written in [
        key.to_owned(),
        key.to_ascii_uppercase(),
        key.repeat(2),
        pairs(" "),
        pairs(":"),
        pairs("-"),
        format!("{octets:?}"),
        format!("{octets:#?}"),
    ] {
        for text in [format!("K={written};"), format!("0x{written}"), format!("\"{written}\"")] {
            let clean = scrubbed(&text);
            assert!(clean.contains("[key]"), "{text} -> {clean}");
            assert!(
                !clean.contains("5c") && !clean.contains("5C") && !clean.contains("92"),
                "{text} -> {clean}"
            );
        }
    }
}

#[test]
fn identities_keep_their_network_and_last_digits() {
    assert_eq!(scrubbed("imsi001010123456789 x"), "imsi00101..789 x");
    assert_eq!(scrubbed("{\"imsi\":\"26242012345678\"}"), "{\"imsi\":\"26242..678\"}");
    assert_eq!(scrubbed("8949012345678901234"), "89490..234");
    assert_eq!(scrubbed("imsi=abc001010123456789abc"), "imsi=abc00101..789abc");
    assert_eq!(scrubbed("001010123456789/001010123456780"), "00101..789/00101..780");
}

#[test]
fn what_is_no_secret_stays() {
    for text in [
        "MemTotal:        8146616 kB\nActive(anon): 12 kB",
        "2024-05-06T07:08:09.123456Z  INFO pumice: 02:00:5e:10:00:01 at 192.168.10.1:36412 [2001:db8::1]",
        "pumice_packets_total{direction=\"uplink\"} 123456789012",
        "a 21-digit number: 123456789012345678901",
        "costs $5 and $HOME and $$",
        "-----BEGIN CERTIFICATE-----\nTUlJ\n-----END CERTIFICATE-----\n",
        "deadbeef cafe babe 00 11 22, 10, 20, 30 é 日本",
        "550e8400-e29b-41d4-a716-446655440000",
    ] {
        assert_eq!(scrubbed(text), text);
    }
}

#[test]
fn password_hashes_go() {
    for hash in [
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$RdescudvJCsgt3ub+b/dWRWJTmaaJObG",
        "$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2",
        "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW",
    ] {
        assert_eq!(scrubbed(&format!("hash: \"{hash}\", next")), "hash: \"[password hash]\", next");
    }
}

#[test]
fn private_keys_go_to_their_end() {
    let text = "a\n-----BEGIN PRIVATE KEY-----\nTUlJQ2FuYXJ5\n-----END PRIVATE KEY-----\nb";
    assert_eq!(scrubbed(text), "a\n[private key]\nb");
    assert_eq!(scrubbed("-----BEGIN EC PRIVATE KEY-----\nTUlJQ2FuYXJ5"), "[private key]");
}

#[test]
fn known_secrets_go_however_they_are_quoted() {
    let secret = "ka\"ri\\bu é\t1";
    let scrubber = Scrubber::new([secret, "ka\"ri", "face", "abc", ""]);
    let json = serde_json::json!({ "password": secret }).to_string();
    for text in [secret.to_owned(), json, format!("{secret:?}")] {
        let clean = scrubber.scrub(&text);
        assert!(
            clean.contains("[secret]") && !clean.contains("ri") && !clean.contains("bu"),
            "{text} -> {clean}"
        );
    }
    let key = "00112233445566778899aabbccddeeff";
    assert_eq!(scrubber.scrub(&format!("face{key}")), "[secret][key]");
    assert_eq!(scrubber.scrub("xka\"rix abc"), "x[secret]x abc");
    assert!(!format!("{scrubber:?}").contains("bu"));
}

proptest! {
    #[test]
    fn a_key_goes_from_any_text(before in "\\PC{0,20}", key in "[0-9a-f]{32}", after in "\\PC{0,20}") {
        let text = format!("{before}{key}{after}");
        let clean = Scrubber::new([""; 0]).scrub(&text);
        prop_assert!(!clean.contains(&key), "{} -> {}", text, clean);
    }

    #[test]
    fn any_text_is_survived_and_clean_text_stays(text in any::<String>()) {
        let scrubber = Scrubber::new(["hunter22"]);
        let clean = scrubber.scrub(&text);
        prop_assert_eq!(scrubber.scrub(&clean), clean.clone());
    }
}
