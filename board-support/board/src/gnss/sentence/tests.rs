use proptest::prelude::*;

use super::*;

/// Puts the checksum behind a sentence.
fn summed(body: &str) -> Vec<u8> {
    let sum = body.bytes().fold(0, |sum, octet| sum ^ octet);
    format!("${body}*{sum:02X}").into_bytes()
}

fn read(body: &str) -> Result<Sentence, NotSentence> {
    parse(&summed(body))
}

#[test]
fn reads_what_receivers_say() {
    // Checked by hand: 2025-07-20 12:34:56.
    let time = Some(Duration::new(1_753_014_896, 250_000_000));
    let nairobi = Some(Position { latitude: -12_920_658, longitude: 368_219_450 });
    assert_eq!(
        read("GNRMC,123456.25,A,0117.52395,S,03649.31670,E,0.012,,200725,,,A,V"),
        Ok(Sentence::Rmc { time, valid: true, position: nairobi })
    );
    assert_eq!(
        read("GNGGA,123456.25,0117.52395,S,03649.31670,E,1,12,0.62,1661.4,M,-15.6,M,,"),
        Ok(Sentence::Gga { quality: 1, satellites: 12, position: nairobi, altitude_dm: Some(16_614) })
    );
    assert_eq!(read("GNZDA,123456.25,20,07,2025,00,00"), Ok(Sentence::Zda { time }));
    assert_eq!(
        read("GPGSV,3,1,11,10,63,137,17,07,61,098,15"),
        Ok(Sentence::Gsv { talker: *b"GP", in_view: 11 })
    );
    assert_eq!(read("GNTXT,01,01,02,u-blox"), Ok(Sentence::Other));
    assert_eq!(read("PUBX,00,123"), Ok(Sentence::Other));
}

#[test]
fn the_textbook_checksum() {
    let line = b"$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47";
    let position = Some(Position { latitude: 481_173_000, longitude: 115_166_666 });
    let altitude_dm = Some(5_454);
    assert_eq!(parse(line), Ok(Sentence::Gga { quality: 1, satellites: 8, position, altitude_dm }));
    let mut small = line.to_vec();
    small[6] ^= 1;
    assert_eq!(parse(&small), Err(NotSentence::Checksum));
}

#[test]
fn a_receiver_without_a_fix_leaves_fields_empty() {
    assert_eq!(read("GPRMC,,V,,,,,,,,,,N"), Ok(Sentence::Rmc { time: None, valid: false, position: None }));
    assert_eq!(
        read("GPGGA,,,,,,0,00,99.99,,,,,,"),
        Ok(Sentence::Gga { quality: 0, satellites: 0, position: None, altitude_dm: None })
    );
    assert_eq!(read("GPZDA,,,,,00,00"), Ok(Sentence::Zda { time: None }));
}

#[test]
fn dates_are_days_of_the_calendar() {
    let day = |date: &str| match read(&format!("GPZDA,000000,{date},00,00")) {
        Ok(Sentence::Zda { time }) => time.map(|time| time.as_secs() / DAY),
        Ok(other) => panic!("{other:?}"),
        Err(_) => None,
    };
    assert_eq!(day("01,01,1970"), Some(0));
    assert_eq!(day("29,02,2024"), Some(19_782));
    assert_eq!(day("01,03,2100"), Some(47_541));
    for wrong in [
        "29,02,2023",
        "29,02,2100",
        "31,04,2025",
        "00,01,2025",
        "01,00,2025",
        "01,13,2025",
        "01,01,1969",
        "01,01,2200",
    ] {
        assert_eq!(day(wrong), None, "{wrong}");
    }
}

#[test]
fn fields_that_cannot_be_are_refused() {
    let wrong = [
        "GPRMC,240000,A,0117.5,S,03649.3,E,,,200725,,",
        "GPRMC,126000,A,0117.5,S,03649.3,E,,,200725,,",
        "GPRMC,123461,A,0117.5,S,03649.3,E,,,200725,,",
        "GPRMC,12345,A,0117.5,S,03649.3,E,,,200725,,",
        "GPRMC,123456.1234567890,A,0117.5,S,03649.3,E,,,200725,,",
        "GPRMC,123456,X,0117.5,S,03649.3,E,,,200725,,",
        "GPRMC,123456,A,0160.0,S,03649.3,E,,,200725,,",
        "GPRMC,123456,A,9000.1,S,03649.3,E,,,200725,,",
        "GPRMC,123456,A,0117.5,S,18000.1,E,,,200725,,",
        "GPRMC,123456,A,0117.5,E,03649.3,S,,,200725,,",
        "GPRMC,123456,A,0117.5,S,,,,,200725,,",
        "GPRMC,123456,A,0117.5,S,03649.3,E,,,2007255,,",
        "GPRMC,123456,A,0117.5,S,03649.3,E,,,2007,,",
        "GPRMC,123456,A,0117.5,S,03649.3,E",
        "GPRMC,+12345,A,0117.5,S,03649.3,E,,,200725,,",
        "GPGGA,123456,0117.5,S,03649.3,E,256,08,0.9,545.4,M,,",
        "GPGGA,123456,0117.5,S,03649.3,E,1,08,0.9,1e9,M,,",
        "GPGGA,123456,0117.5,S,03649.3,E,1,08,0.9,100000.0,M,,",
        "GPGGA,123456,0117.5,S,03649.3,E,1,08,0.9,5.,M,,",
        "GPGSV,3,1,9999",
        "GPGSV,3",
    ];
    for body in wrong {
        assert_eq!(read(body), Err(NotSentence::Field), "{body}");
    }
}

#[test]
fn what_is_no_sentence_is_refused() {
    assert_eq!(parse(b""), Err(NotSentence::Address));
    assert_eq!(parse(b"GPRMC"), Err(NotSentence::Address));
    assert_eq!(parse(b"$"), Err(NotSentence::Checksum));
    assert_eq!(parse(b"$*00"), Err(NotSentence::Address));
    assert_eq!(parse(b"$GPRMC,,V"), Err(NotSentence::Checksum));
    assert_eq!(parse(b"$GPRMC,,V*XY"), Err(NotSentence::Checksum));
    assert_eq!(read("RM,1"), Err(NotSentence::Address));
    assert_eq!(read("RMC,1"), Ok(Sentence::Other), "no talker");
}

proptest! {
    #[test]
    fn nothing_that_comes_over_the_wire_stops_it(octets in prop::collection::vec(any::<u8>(), 0..140)) {
        let _ = parse(&octets);
    }

    #[test]
    fn no_field_stops_it(kind in "RMC|GGA|ZDA|GSV", fields in prop::collection::vec("[0-9A-Zé.+-]{0,12}", 0..14)) {
        let sentence = read(&format!("GN{kind},{}", fields.join(",")));
        if let Ok(Sentence::Rmc { position: Some(position), .. }) = sentence {
            prop_assert!(position.latitude.abs() <= 900_000_000 && position.longitude.abs() <= 1_800_000_000);
        }
    }
}
