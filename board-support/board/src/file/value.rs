//! How single values are read. Each reader refuses with what would be right.

use std::fmt::Display;
use std::net::Ipv4Addr;
use std::ops::RangeInclusive;

use toml::de::DeValue;

/// The most characters of any text in a board file.
const TEXT: usize = 300;

/// A text for people.
pub(super) fn text(value: &DeValue<'_>) -> Result<String, String> {
    let text = value.as_str().filter(|text| (1..=TEXT).contains(&text.chars().count()));
    let text = text.filter(|text| !text.chars().any(char::is_control));
    text.map(str::to_owned).ok_or_else(|| format!("a text of 1 to {TEXT} printable characters is wanted"))
}

/// A name in a directory of the kernel's, or a part of one: no slash, so that it cannot lead elsewhere.
pub(super) fn kernel_name(value: &DeValue<'_>) -> Result<String, String> {
    let wrong = || "a name of 1 to 64 printable characters without '/' is wanted".to_owned();
    let text = text(value).map_err(|_| wrong())?;
    let plain = text.len() <= 64
        && text != "."
        && text != ".."
        && text.bytes().all(|octet| octet.is_ascii_graphic() || octet == b' ');
    if plain && !text.contains('/') { Ok(text) } else { Err(wrong()) }
}

/// A `compatible` string of the device tree: `vendor,device`.
pub(super) fn kernel_compatible(value: &DeValue<'_>) -> Result<String, String> {
    let wrong = || "a compatible string is wanted, as \"raspberrypi,4-model-b\"".to_owned();
    let text = kernel_name(value).map_err(|_| wrong())?;
    let two = text.split_once(',').is_some_and(|(vendor, device)| !vendor.is_empty() && !device.is_empty());
    if two && !text.contains(' ') { Ok(text) } else { Err(wrong()) }
}

/// An interface's name, which may end with `*`.
pub(super) fn interface_name(value: &DeValue<'_>) -> Result<String, String> {
    let wrong = || {
        "an interface's name of 1 to 15 letters, digits, '.', '-', '_' is wanted; the last may be '*'"
            .to_owned()
    };
    let text = value.as_str().ok_or_else(wrong)?;
    let stem = text.strip_suffix('*').unwrap_or(text);
    let plain = |octet: u8| octet.is_ascii_alphanumeric() || b".-_".contains(&octet);
    if (1..=15).contains(&stem.len()) && stem.bytes().all(plain) { Ok(text.to_owned()) } else { Err(wrong()) }
}

/// A device.
pub(super) fn device(value: &DeValue<'_>) -> Result<String, String> {
    let wrong = || "a device is wanted, as \"/dev/ttyS0\"".to_owned();
    let text = text(value).map_err(|_| wrong())?;
    let parts = text.strip_prefix("/dev/").ok_or_else(wrong)?;
    let plain = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && part.bytes().all(|octet| octet.is_ascii_graphic())
    };
    if parts.split('/').all(plain) { Ok(text) } else { Err(wrong()) }
}

/// A board's name.
pub(super) fn slug(value: &DeValue<'_>) -> Result<String, String> {
    let allowed = |octet: u8| octet.is_ascii_lowercase() || octet.is_ascii_digit() || octet == b'-';
    let text = value.as_str().filter(|text| (1..=40).contains(&text.len()) && text.bytes().all(allowed));
    text.map(str::to_owned)
        .ok_or_else(|| "1 to 40 lower-case letters, digits and hyphens are wanted".to_owned())
}

/// One of some words.
pub(super) fn word<T: Copy>(choices: &[(&str, T)]) -> impl Fn(&DeValue<'_>) -> Result<T, String> {
    move |value| {
        let text = value.as_str();
        let chosen = choices.iter().find(|(word, _)| Some(*word) == text);
        chosen.map(|(_, choice)| *choice).ok_or_else(|| {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
            format!("{} is wanted", words.join(" or "))
        })
    }
}

/// True or false.
pub(super) fn switch(value: &DeValue<'_>) -> Result<bool, String> {
    value.as_bool().ok_or_else(|| "true or false is wanted, without quotes".to_owned())
}

/// A whole number in a range.
pub(super) fn number<T>(range: RangeInclusive<T>) -> impl Fn(&DeValue<'_>) -> Result<T, String>
where
    T: TryFrom<i64> + PartialOrd + Display,
{
    move |value| {
        let integer = value.as_integer();
        let number = integer.and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok());
        let number = number.and_then(|number| T::try_from(number).ok());
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| format!("a whole number from {} to {} is wanted", range.start(), range.end()))
    }
}

/// A list in which nothing comes twice; the first wrong item is told.
pub(super) fn list<T: PartialEq>(
    count: RangeInclusive<usize>,
    item: impl Fn(&DeValue<'_>) -> Result<T, String>,
) -> impl Fn(&DeValue<'_>) -> Result<Vec<T>, String> {
    move |value| {
        let items = value.as_array().filter(|items| count.contains(&items.len()));
        let items = items.ok_or_else(|| {
            format!("a list of {} to {} items is wanted, as [ .. ]", count.start(), count.end())
        })?;
        let mut read = Vec::with_capacity(items.len());
        for each in items.iter() {
            let each = item(each.get_ref())?;
            if read.contains(&each) {
                return Err("nothing may be on the list twice".to_owned());
            }
            read.push(each);
        }
        Ok(read)
    }
}

/// A private IPv4 address with the bits of its network.
pub(super) fn private_address(value: &DeValue<'_>) -> Result<(Ipv4Addr, u8), String> {
    let wrong = || {
        "a private IPv4 address with its prefix of 16 to 30 bits is wanted, as \"192.168.73.1/24\"".to_owned()
    };
    let (address, prefix) = value.as_str().and_then(|text| text.split_once('/')).ok_or_else(wrong)?;
    let address: Ipv4Addr = address.parse().map_err(|_| wrong())?;
    let prefix: u8 = prefix.parse().map_err(|_| wrong())?;
    if !address.is_private() || !(16..=30).contains(&prefix) {
        return Err(wrong());
    }
    let host = address.to_bits() & (u32::MAX >> prefix);
    if host == 0 || host == u32::MAX >> prefix {
        return Err(format!("{address} is not a host's address in a network of {prefix} bits"));
    }
    Ok((address, prefix))
}
