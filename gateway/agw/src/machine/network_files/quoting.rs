//! What each program takes for a value, and how it is written so that it is only that.

use std::fmt::Write;
use std::num::NonZeroU32;

use super::Unfit;

/// Octets of a name or a password: pppd's buffers hold 256 with the NUL.
const OCTETS: usize = 255;

/// Rounds of the derivation.
const ROUNDS: NonZeroU32 = NonZeroU32::new(4_096).unwrap();

/// Octets of a network's name in the air (IEEE 802.11 9.4.2.2).
const SSID: usize = 32;

/// The name of an interface; the kernel's own rules allow more than the programs' files do.
pub(super) fn interface(name: &str) -> Result<&str, Unfit> {
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() || matches!(octet, b'-' | b'_' | b'.');
    let is_fit = (1..=15).contains(&name.len())
        && name.bytes().all(is_plain)
        // A path, or an option.
        && !name.starts_with(['.', '-']);
    if is_fit { Ok(name) } else { Err(Unfit::Interface { name: name.to_owned() }) }
}

fn printable<'a>(what: &'static str, value: &'a str, octets: usize) -> Result<&'a str, Unfit> {
    let unfit = |problem| Err(Unfit::Value { what, problem });
    if value.is_empty() {
        return unfit("is empty");
    }
    if value.len() > octets {
        return unfit("is too long");
    }
    if value.chars().any(char::is_control) {
        return unfit("has a control character");
    }
    Ok(value)
}

/// A word of pppd's option files: in double quotes, where a backslash takes the next character as it is (`getword` in pppd's
/// `options.c`). `#` begins a comment only outside of them.
pub(super) fn pppd(what: &'static str, value: &str) -> Result<String, Unfit> {
    Ok(quoted(printable(what, value, OCTETS)?, &['"', '\\']))
}

/// A value that sh and systemd's `EnvironmentFile=` read alike: in double quotes, with a backslash before the four characters
/// that mean something there.
pub(super) fn environment(what: &'static str, value: &str) -> Result<String, Unfit> {
    Ok(quoted(printable(what, value, OCTETS)?, &['"', '\\', '$', '`']))
}

fn quoted(value: &str, special: &[char]) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for letter in value.chars() {
        if special.contains(&letter) {
            text.push('\\');
        }
        text.push(letter);
    }
    text.push('"');
    text
}

/// A network's name as hexadecimal digits, which wpa_supplicant (`ssid`) and hostapd (`ssid2`) take for any octets.
pub(super) fn ssid(what: &'static str, name: &str) -> Result<String, Unfit> {
    if !(1..=SSID).contains(&name.len()) {
        return Err(Unfit::Value { what, problem: "is to be 1 to 32 octets" });
    }
    Ok(hex(name.as_bytes()))
}

/// What opens a WiFi.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum WifiKey {
    /// A passphrase, to be taken literally up to the end of its line.
    Passphrase(String),
    /// The key itself, 64 hexadecimal digits.
    Raw(String),
}

/// A WiFi's password. Its octets are not changed by any quoting: both programs take a line's rest, wpa_supplicant between the
/// first and the last quotation mark of the line.
pub(super) fn wifi_key(what: &'static str, password: &str) -> Result<WifiKey, Unfit> {
    if password.len() == 64 && password.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Ok(WifiKey::Raw(password.to_owned()));
    }
    let password = printable(what, password, 63)?;
    if password.len() < 8 {
        return Err(Unfit::Value { what, problem: "is too short" });
    }
    Ok(WifiKey::Passphrase(password.to_owned()))
}

/// Whether wpa_supplicant would take a part of a passphrase for a comment: it looks for `#` after the second quotation mark of
/// the line, which then is one of the passphrase.
pub(super) fn looks_like_a_comment(passphrase: &str) -> bool {
    passphrase.contains('"') && passphrase.contains('#')
}

/// The key that a passphrase makes for a network (IEEE 802.11 annex J.4), which needs no quoting.
pub(super) fn derived_key(passphrase: &str, ssid: &str) -> String {
    let mut key = [0; 32];
    let algorithm = ring::pbkdf2::PBKDF2_HMAC_SHA1;
    ring::pbkdf2::derive(algorithm, ROUNDS, ssid.as_bytes(), passphrase.as_bytes(), &mut key);
    hex(&key)
}

fn hex(octets: &[u8]) -> String {
    octets.iter().fold(String::with_capacity(2 * octets.len()), |mut text, octet| {
        // Writing into a string does not fail.
        let _ = write!(text, "{octet:02x}");
        text
    })
}
