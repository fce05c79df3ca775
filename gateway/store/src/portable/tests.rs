use super::*;

fn key(n: u8) -> RecoveryKey {
    RecoveryKey::from_entropy(&[n; 16])
}

fn portable(database: &[u8]) -> Portable {
    Portable::new(&[7; KEY], database.len() as u64, database).unwrap()
}

fn backup() -> Vec<u8> {
    portable(b"a database").encrypt(&key(1)).unwrap()
}

fn refused(backup: Vec<u8>, with: &RecoveryKey) {
    assert_eq!(Portable::decrypt(backup, with).map(|_| ()), Err(Refusal::BadBackup));
}

#[test]
fn what_was_encrypted_is_decrypted() {
    let (first, second) = (backup(), backup());
    assert_ne!(first, second, "salt and nonce are drawn anew");
    assert!(!first.windows(8).any(|window| window == b"database" || window == [7; 8]));
    let portable = Portable::decrypt(first, &key(1)).unwrap();
    assert_eq!(portable.parts(), Some((&[7; KEY], b"a database".as_slice())));
}

#[test]
fn another_key_and_every_change_are_noticed() {
    let backup = backup();
    refused(backup.clone(), &key(2));
    // The magic, each number's last bit that stays bearable, salt, nonce, text, tag.
    for at in [0, 7, 8, HEADER - NONCE - 1, HEADER - 1, HEADER, HEADER + BEFORE, backup.len() - 1] {
        let mut harmed = backup.clone();
        harmed[at] ^= 1;
        refused(harmed, &key(1));
    }
    for length in [0, 7, HEADER - 1, HEADER, HEADER + TAG - 1, HEADER + TAG, backup.len() - 1] {
        refused(backup[..length].to_vec(), &key(1));
    }
    refused([backup.as_slice(), &[0]].concat(), &key(1));
}

#[test]
fn a_file_that_asks_for_too_much_is_refused_before_it_gets_it() {
    let header = |memory_kib, passes, lanes| {
        let mut header = Cost { memory_kib, passes, lanes }.header(&[0; SALT], &[0; NONCE]);
        header.extend_from_slice(&[0; 64]);
        header
    };
    for (memory, passes, lanes) in [
        (u32::MAX, 1, 1),
        (32_769, 1, 1),
        (8, u32::MAX, 1),
        (8, 17, 1),
        (64, 1, 5),
        (0, 1, 1),
        (8, 0, 1),
        (8, 1, 0),
    ] {
        let asked = header(memory, passes, lanes);
        assert!(memory.min(passes).min(lanes) == 0 || Cost::read(&asked[..HEADER]).is_none());
        refused(asked, &key(1));
    }
    assert_eq!(Cost::read(&header(32_768, 16, 4)[..HEADER]).map(|(cost, ..)| cost), Some(MOST));
}

#[test]
fn a_payload_of_another_version_is_refused() {
    let mut newer = portable(b"");
    newer.octets[HEADER] = 2;
    refused(newer.encrypt(&key(1)).unwrap(), &key(1));
    let mut shorter = portable(b"");
    shorter.octets.truncate(HEADER + BEFORE - 1);
    refused(shorter.encrypt(&key(1)).unwrap(), &key(1));
}

#[test]
fn what_is_too_large_is_no_backup() {
    refused(vec![0; LARGEST_BACKUP + 1], &key(1));
    assert!(Portable::new(&[7; KEY], LARGEST_BACKUP as u64, [].as_slice()).is_err());
    assert!(Portable::new(&[7; KEY], u64::MAX, [].as_slice()).is_err());
}
