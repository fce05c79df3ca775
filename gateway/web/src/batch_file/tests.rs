use super::{BATCH_OCTETS, BatchEntropy, BatchFileError, HEADER, is_iccid, open, seal};
use crate::config::SubscriberDefaults;
use crate::error::WebError;

const CSV: &str = "iccid,imsi,k,opc,name\n\
    8991101200003204514,001010000000001,465b5ce8b199b49faa5f0a2ee238a6bc,cd63cb71954a9f4e48a5994e37a02baf,Amina\n\
    8944500301020304059,001010000000002,465b5ce8b199b49faa5f0a2ee238a6bd,cd63cb71954a9f4e48a5994e37a02baf,\n";
const PASSPHRASE: &str = "maembe kumi na mbili";
const ENTROPY: BatchEntropy = BatchEntropy { salt: [3; 16], nonce: [4; 12] };

fn defaults() -> SubscriberDefaults {
    SubscriberDefaults::new("internet".parse().unwrap())
}

fn sealed() -> Vec<u8> {
    seal(CSV.as_bytes(), PASSPHRASE, ENTROPY, &defaults()).unwrap()
}

#[test]
fn what_was_sealed_opens() {
    let file = sealed();
    for clear in ["imsi", "001010000000001", "465b5ce8"] {
        assert!(!file.windows(clear.len()).any(|window| window == clear.as_bytes()), "{clear}");
    }
    let sims = open(&file, PASSPHRASE, &defaults()).unwrap();
    assert_eq!(sims.len(), 2);
    assert_eq!(sims[0].iccid, "8991101200003204514");
    assert_eq!(sims[0].subscriber.imsi.digits(), "001010000000001");
    assert_eq!(sims[0].subscriber.name, "Amina");
    assert_eq!(sims[1].subscriber.apns[0].apn.to_string(), "internet");
}

#[test]
fn another_passphrase_or_a_changed_file_opens_nothing() {
    let file = sealed();
    assert_eq!(open(&file, "maembe kumi na tatu", &defaults()).unwrap_err(), BatchFileError::WrongPassphrase);
    // Every octet counts: those of the header are authenticated, too. A few are tried, as each costs a hash.
    for at in [21, 30, 40, HEADER - 1, HEADER, HEADER + 100, file.len() - 1] {
        let mut changed = file.clone();
        changed[at] ^= 1;
        assert_eq!(
            open(&changed, PASSPHRASE, &defaults()).unwrap_err(),
            BatchFileError::WrongPassphrase,
            "{at}"
        );
    }
    let shorter = &file[..file.len() - 1];
    assert_eq!(open(shorter, PASSPHRASE, &defaults()).unwrap_err(), BatchFileError::WrongPassphrase);
    assert_eq!(open(&file[..HEADER], PASSPHRASE, &defaults()).unwrap_err(), BatchFileError::WrongPassphrase);
}

#[test]
fn what_is_no_batch_is_refused_without_work() {
    let file = sealed();
    for end in [0, 1, 8, 9, 20, HEADER - 1] {
        assert_eq!(open(&file[..end], PASSPHRASE, &defaults()).unwrap_err(), BatchFileError::NotABatch);
    }
    let mut other = file.clone();
    other[8] = b'2';
    assert_eq!(open(&other, PASSPHRASE, &defaults()).unwrap_err(), BatchFileError::NotABatch);
    assert_eq!(
        open(&vec![b'P'; BATCH_OCTETS + 1], PASSPHRASE, &defaults()).unwrap_err(),
        BatchFileError::TooLarge
    );
}

#[test]
fn a_file_that_asks_for_too_much_is_refused() {
    for (at, octets) in [(9, [0xff; 4]), (13, [0xff; 4]), (17, [0xff; 4]), (9, [0, 0, 0x80, 1])] {
        let mut costly = sealed();
        costly[at..at + 4].copy_from_slice(&octets);
        assert_eq!(open(&costly, PASSPHRASE, &defaults()).unwrap_err(), BatchFileError::TooCostly);
    }
    let mut nothing = sealed();
    nothing[9..21].fill(0);
    assert_eq!(open(&nothing, PASSPHRASE, &defaults()).unwrap_err(), BatchFileError::NotABatch);
}

#[test]
fn a_table_that_no_box_would_take_is_not_sealed() {
    let seal = |csv: &str| seal(csv.as_bytes(), PASSPHRASE, ENTROPY, &defaults());
    for csv in [
        CSV.replace("8991101200003204514", "8991101200003204515"),
        CSV.replace("8991101200003204514", ""),
        CSV.replace("8991101200003204514", "8944500301020304059"),
        CSV.replace("001010000000002", "001010000000001"),
        CSV.replace("iccid", "icc"),
        "iccid,imsi,k,opc\n".to_owned(),
        String::new(),
    ] {
        let error = seal(&csv).unwrap_err();
        let BatchFileError::Content(WebError::Invalid(errors)) = error else { panic!("{error} for {csv}") };
        assert!(!errors.kept().is_empty() && !format!("{errors:?}").contains("465b5ce8"));
    }
    let short = super::seal(CSV.as_bytes(), "elevenchars", ENTROPY, &defaults());
    assert_eq!(short.unwrap_err(), BatchFileError::ShortPassphrase);
    let long = "x".repeat(BATCH_OCTETS);
    assert_eq!(seal(&long).unwrap_err(), BatchFileError::TooLarge);
}

#[test]
fn a_batch_has_as_many_rows_as_a_box_keeps() {
    let mut csv = "iccid,imsi,k,opc\n".to_owned();
    for row in 0..4_001_u32 {
        csv.push_str(&format!(
            "x,{:015},{:032x},{:032x}\n",
            1_010_000_000_000_u64 + u64::from(row),
            row,
            row
        ));
    }
    let error = seal(csv.as_bytes(), PASSPHRASE, ENTROPY, &defaults()).unwrap_err();
    assert_eq!(error, BatchFileError::Content(WebError::TooManyRows { limit: 4_000 }));
}

#[test]
fn the_number_of_a_card_is_checked() {
    for good in ["8991101200003204514", "8944500301020304059", "89911012000032045153", "89911012000032045140"]
    {
        assert!(is_iccid(good), "{good}");
    }
    for bad in [
        "8991101200003204515",
        "8991101200003204501",
        "89911012000032045",
        "899110120000320451400",
        "7991101200003204510",
        "89911012000032o4510",
        "",
        "\u{661}\u{662}8991101200003204",
    ] {
        assert!(!is_iccid(bad), "{bad}");
    }
}
