use std::time::Duration;

use super::{Row, Served, table};

fn row(phone: usize, outcome: Result<Served, String>) -> Row {
    Row { phone, imsi: format!("00101000000{phone:04}"), outcome }
}

fn served(last: u8, bytes: usize) -> Result<Served, String> {
    let address = [10, 45, 0, last].into();
    Ok(Served { address, bearer: 5, bytes, round_trip: Duration::from_micros(1250) })
}

#[test]
fn columns_line_up_and_failures_say_why() {
    let rows = [row(1, served(2, 100_000)), row(2, Err("EMM cause #11".to_owned())), row(10, served(200, 0))];
    let expected = "\
phone             IMSI      address  bearer   bytes  round-trip
-----  ---------------  -----------  ------  ------  ----------
    1  001010000000001    10.45.0.2       5  100000      1.2 ms
    2  001010000000002  failed: EMM cause #11
   10  001010000000010  10.45.0.200       5       0      1.2 ms
2 of 3 phones served, 100000 bytes
";
    assert_eq!(table(&rows), expected);
}

#[test]
fn no_phones_is_an_honest_zero() {
    assert!(table(&[]).ends_with("0 of 0 phones served, 0 bytes\n"));
}
