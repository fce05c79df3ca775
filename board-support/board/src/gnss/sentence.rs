//! Lines to sentences: RMC, GGA, ZDA, GSV.

#[cfg(test)]
mod tests;

use core::time::Duration;

/// Seconds of a day.
const DAY: u64 = 86_400;

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sentence {
    /// RMC: recommended minimum.
    Rmc {
        /// The UTC time since 1970, where the receiver knows the date.
        time: Option<Duration>,
        /// Whether the receiver warrants it.
        valid: bool,
        /// Where it is.
        position: Option<Position>,
    },
    /// GGA: the fix.
    Gga {
        /// 0 is none, 1 GPS, 2 differential, 4 and 5 RTK, 6 dead reckoning...
        quality: u8,
        /// Satellites used.
        satellites: u8,
        /// Where it is.
        position: Option<Position>,
        /// Above the geoid, in decimetres.
        altitude_dm: Option<i32>,
    },
    /// ZDA: date and time.
    Zda {
        /// The UTC time since 1970.
        time: Option<Duration>,
    },
    /// GSV: satellites in view.
    Gsv {
        /// The system, by its talker: `GP`, `GL`, `GA`, `GB`...
        talker: [u8; 2],
        /// In view of that system.
        in_view: u8,
    },
    /// Something else that is well formed.
    Other,
}

/// A place, in ten-millionths of a degree; north and east are positive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Latitude.
    pub latitude: i32,
    /// Longitude.
    pub longitude: i32,
}

/// Why a line is no sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotSentence {
    /// The checksum is absent or wrong.
    #[error("checksum")]
    Checksum,
    /// A field is not what its place wants.
    #[error("field")]
    Field,
    /// It does not begin with `$`, a talker and a type.
    #[error("no address")]
    Address,
}

/// Reads a line, from `$` to the checksum.
///
/// # Errors
/// It is no sentence.
pub fn parse(line: &[u8]) -> Result<Sentence, NotSentence> {
    let (body, sum) = line
        .strip_prefix(b"$")
        .ok_or(NotSentence::Address)?
        .split_last_chunk::<3>()
        .ok_or(NotSentence::Checksum)?;
    let [b'*', high, low] = sum else { return Err(NotSentence::Checksum) };
    let sum = hex(*high).zip(hex(*low)).map(|(high, low)| high << 4 | low);
    if sum != Some(body.iter().fold(0, |sum, octet| sum ^ octet)) {
        return Err(NotSentence::Checksum);
    }
    let text = core::str::from_utf8(body).map_err(|_| NotSentence::Field)?;
    let (address, fields) = text.split_once(',').ok_or(NotSentence::Address)?;
    let [talker @ .., _, _, _] = address.as_bytes() else { return Err(NotSentence::Address) };
    let Ok(talker) = <[u8; 2]>::try_from(talker) else { return Ok(Sentence::Other) };
    let kind = address.get(2..).unwrap_or_default();
    let sentence = Fields { fields: fields.split(',') };
    match kind {
        "RMC" => sentence.rmc(),
        "GGA" => sentence.gga(),
        "ZDA" => sentence.zda(),
        "GSV" => sentence.gsv(talker),
        _ => Some(Sentence::Other),
    }
    .ok_or(NotSentence::Field)
}

const fn hex(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

struct Fields<'l> {
    fields: core::str::Split<'l, char>,
}

impl<'l> Fields<'l> {
    fn rmc(mut self) -> Option<Sentence> {
        let time = self.time_of_day()?;
        let valid = match self.next()? {
            "A" => true,
            "V" => false,
            _ => return None,
        };
        let position = self.position()?;
        let (_speed, _course) = (self.next()?, self.next()?);
        let date = match self.next()? {
            "" => None,
            date => {
                let (day, month, year) =
                    (digits(date.get(..2)?)?, digits(date.get(2..4)?)?, digits(date.get(4..)?)?);
                // Two digits: no receiver of the last century speaks to us.
                Some(days_since_1970(2000 + u64::from((date.len() == 6).then_some(year)?), month, day)?)
            }
        };
        let time = date.zip(time).map(|(days, time)| Duration::from_secs(days * DAY) + time);
        Some(Sentence::Rmc { time, valid, position })
    }

    fn gga(mut self) -> Option<Sentence> {
        self.time_of_day()?;
        let position = self.position()?;
        let quality = self.small()?.unwrap_or(0);
        let satellites = self.small()?.unwrap_or(0);
        let _dilution = self.next()?;
        let altitude_dm = match self.next()? {
            "" => None,
            altitude => Some(decimetres(altitude)?),
        };
        Some(Sentence::Gga { quality, satellites, position, altitude_dm })
    }

    fn zda(mut self) -> Option<Sentence> {
        let time = self.time_of_day()?;
        let (day, month, year) = (self.next()?, self.next()?, self.next()?);
        if day.is_empty() && month.is_empty() && year.is_empty() {
            return Some(Sentence::Zda { time: None });
        }
        let days = days_since_1970(u64::from(digits(year)?), digits(month)?, digits(day)?)?;
        Some(Sentence::Zda { time: time.map(|time| Duration::from_secs(days * DAY) + time) })
    }

    fn gsv(mut self, talker: [u8; 2]) -> Option<Sentence> {
        let (_messages, _number) = (self.small()?, self.small()?);
        Some(Sentence::Gsv { talker, in_view: self.small()?.unwrap_or(0) })
    }

    fn next(&mut self) -> Option<&'l str> {
        self.fields.next()
    }

    /// A number of up to three digits, or nothing.
    #[allow(clippy::option_option, reason = "an empty field is right, a wrong one is not")]
    fn small(&mut self) -> Option<Option<u8>> {
        match self.next()? {
            "" => Some(None),
            number => Some(Some(u8::try_from(digits(number)?).ok()?)),
        }
    }

    /// `hhmmss` with or without a fraction, or nothing.
    #[allow(clippy::option_option, reason = "an empty field is right, a wrong one is not")]
    fn time_of_day(&mut self) -> Option<Option<Duration>> {
        let field = self.next()?;
        if field.is_empty() {
            return Some(None);
        }
        let (whole, fraction) = field.split_once('.').unwrap_or((field, ""));
        if whole.len() != 6 || fraction.len() > 9 {
            return None;
        }
        let (hour, minute) = (digits(whole.get(..2)?)?, digits(whole.get(2..4)?)?);
        let second = digits(whole.get(4..)?)?;
        // 60 is a leap second; it is given to the next minute.
        if hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        let nanos = match fraction {
            "" => 0,
            fraction => digits(fraction)? * 10_u32.pow(9 - u32::try_from(fraction.len()).ok()?),
        };
        Some(Some(Duration::new(u64::from(hour * 3600 + minute * 60 + second), nanos)))
    }

    /// Four fields, all of them or none.
    #[allow(clippy::option_option, reason = "an empty field is right, a wrong one is not")]
    fn position(&mut self) -> Option<Option<Position>> {
        let (latitude, north) = (self.next()?, self.next()?);
        let (longitude, east) = (self.next()?, self.next()?);
        if [latitude, north, longitude, east].iter().all(|field| field.is_empty()) {
            return Some(None);
        }
        let latitude = angle(latitude, 2, 90)?;
        let longitude = angle(longitude, 3, 180)?;
        let latitude = signed(latitude, north, "N", "S")?;
        let longitude = signed(longitude, east, "E", "W")?;
        Some(Some(Position { latitude, longitude }))
    }
}

/// Decimal digits and nothing else, at most nine.
fn digits(text: &str) -> Option<u32> {
    let right = (1..=9).contains(&text.len()) && text.bytes().all(|octet| octet.is_ascii_digit());
    if right { text.parse().ok() } else { None }
}

/// `ddmm.mmmm` or `dddmm.mmmm` to ten-millionths of a degree.
fn angle(text: &str, degree_digits: usize, most: u32) -> Option<i32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if whole.len() != degree_digits + 2 || !whole.is_ascii() {
        return None;
    }
    let degrees = digits(whole.get(..degree_digits)?)?;
    let minutes = digits(whole.get(degree_digits..)?)?;
    let fraction_digits = u32::try_from(fraction.len()).ok()?;
    // More digits than these say less than a millimetre.
    let fraction = u64::from(digits(fraction)?) * 10_u64.pow(9_u32.checked_sub(fraction_digits)?);
    if minutes > 59 {
        return None;
    }
    // Minutes in thousand-millionths; a sixtieth of a degree each.
    let minutes = u64::from(minutes) * 1_000_000_000 + fraction;
    let angle = u64::from(degrees) * 10_000_000 + minutes / 6_000;
    if angle > u64::from(most) * 10_000_000 { None } else { i32::try_from(angle).ok() }
}

fn signed(angle: i32, side: &str, positive: &str, negative: &str) -> Option<i32> {
    match side {
        side if side == positive => Some(angle),
        side if side == negative => Some(-angle),
        _ => None,
    }
}

/// Metres with a sign and a point to decimetres; further digits are cut off.
fn decimetres(text: &str) -> Option<i32> {
    let (sign, text) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (metres, fraction) = text.split_once('.').unwrap_or((text, "0"));
    digits(fraction)?;
    let metres = i32::try_from(digits(metres)?).ok().filter(|metres| *metres < 100_000)?;
    Some(sign * (metres * 10 + i32::try_from(digits(fraction.get(..1)?)?).ok()?))
}

/// Days from 1970-01-01 to a day of the Gregorian calendar from then to 2199; nothing if there is no such day.
fn days_since_1970(year: u64, month: u32, day: u32) -> Option<u64> {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let lengths = [31, if leap(year) { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let before = usize::try_from(month.checked_sub(1)?).ok()?;
    if !(1970..2200).contains(&year) || !(1..=*lengths.get(before)?).contains(&day) {
        return None;
    }
    let years: u64 = (1970..year).map(|year| if leap(year) { 366 } else { 365 }).sum();
    let months: u32 = lengths.iter().take(before).sum();
    Some(years + u64::from(months + day - 1))
}
