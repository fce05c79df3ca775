//! How single values are read. Each reader refuses with what would be right.

use std::fmt::Display;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use pumice_core::config::AddressRange;
use toml::Spanned;
use toml::de::DeValue;

use super::document::{Faults, article};

/// A text.
pub(crate) fn text(value: &Spanned<DeValue<'_>>) -> Result<String, Faults> {
    match value.get_ref().as_str() {
        Some(text) => Ok(text.to_owned()),
        None => Err(Faults::at(
            value,
            format!("a text in quotes is wanted; this is {}", article(value.get_ref())),
        )),
    }
}

/// A text of so many characters, none of which controls a terminal.
pub(crate) fn text_of(
    length: RangeInclusive<usize>,
) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<String, Faults> {
    move |value| {
        let text = text(value)?;
        if !length.contains(&text.chars().count()) || text.chars().any(char::is_control) {
            let (least, most) = (length.start(), length.end());
            return Err(Faults::at(
                value,
                format!("a text of {least} to {most} printable characters is wanted"),
            ));
        }
        Ok(text)
    }
}

/// A text that its type can read; the type's error says what is right.
pub(crate) fn parsed<T: FromStr<Err: Display>>(value: &Spanned<DeValue<'_>>) -> Result<T, Faults> {
    text(value)?.parse().map_err(|error: T::Err| Faults::at(value, error.to_string()))
}

/// One of some words.
pub(crate) fn word<T: Copy>(choices: &[(&str, T)]) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<T, Faults> {
    move |value| {
        let text = value.get_ref().as_str();
        let chosen = choices.iter().find(|(word, _)| Some(*word) == text);
        chosen.map(|(_, choice)| *choice).ok_or_else(|| {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
            Faults::at(value, format!("{} is wanted", words.join(" or ")))
        })
    }
}

/// True or false.
pub(crate) fn switch(value: &Spanned<DeValue<'_>>) -> Result<bool, Faults> {
    value.get_ref().as_bool().ok_or_else(|| {
        Faults::at(
            value,
            format!("true or false is wanted, without quotes; this is {}", article(value.get_ref())),
        )
    })
}

/// A whole number in a range.
pub(crate) fn number<T>(range: RangeInclusive<T>) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<T, Faults>
where
    T: TryFrom<i64> + PartialOrd + Display,
{
    move |value| {
        let integer = value.get_ref().as_integer();
        let number = integer.and_then(|integer| i64::from_str_radix(integer.as_str(), integer.radix()).ok());
        let number = number.and_then(|number| T::try_from(number).ok());
        number.filter(|number| range.contains(number)).ok_or_else(|| {
            Faults::at(value, format!("a whole number from {} to {} is wanted", range.start(), range.end()))
        })
    }
}

/// A time in seconds.
pub(crate) fn seconds(
    range: RangeInclusive<u32>,
) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<Duration, Faults> {
    move |value| {
        let (least, most) = (*range.start(), *range.end());
        number(range.clone())(value)
            .map(|seconds| Duration::from_secs(seconds.into()))
            .map_err(|_| Faults::at(value, format!("whole seconds from {least} to {most} are wanted")))
    }
}

/// A time in seconds that fits the GPRS timer of TS 24.008 10.5.7.3: up to 31 units of 2 s, 1 min, or 6 min.
pub(crate) fn gprs_timer(
    range: RangeInclusive<u32>,
) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<Duration, Faults> {
    move |value| {
        let duration = seconds(range.clone())(value)?;
        let fits = |unit: u64| {
            duration.as_secs().is_multiple_of(unit) && (1..=31).contains(&(duration.as_secs() / unit))
        };
        if [2, 60, 360].into_iter().any(fits) {
            return Ok(duration);
        }
        Err(Faults::at(value, "the timer can only be sent as up to 31 times 2, 60, or 360 seconds"))
    }
}

/// A list; every wrong item is told.
pub(crate) fn list<T>(
    count: RangeInclusive<usize>,
    item: impl Fn(&Spanned<DeValue<'_>>) -> Result<T, Faults>,
) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<Vec<T>, Faults> {
    move |value| {
        let Some(items) = value.get_ref().as_array() else {
            return Err(Faults::at(
                value,
                format!("a list is wanted, as [ .. ]; this is {}", article(value.get_ref())),
            ));
        };
        if !count.contains(&items.len()) {
            let (least, most) = (count.start(), count.end());
            return Err(Faults::at(
                value,
                format!("{least} to {most} items are wanted; there are {}", items.len()),
            ));
        }
        let (mut read, mut faults) = (Vec::new(), Faults::none());
        for each in items.iter() {
            match item(each) {
                Ok(item) => read.push(item),
                Err(more) => faults.append(more),
            }
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }
}

/// A list in which nothing comes twice.
pub(crate) fn distinct<T: PartialEq>(
    list: impl Fn(&Spanned<DeValue<'_>>) -> Result<Vec<T>, Faults>,
) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<Vec<T>, Faults> {
    move |value| {
        let items = list(value)?;
        let twice =
            items.iter().enumerate().any(|(at, item)| items.iter().skip(at + 1).any(|other| other == item));
        if twice { Err(Faults::at(value, "nothing may be on the list twice")) } else { Ok(items) }
    }
}

/// An IP address.
pub(crate) fn address(value: &Spanned<DeValue<'_>>) -> Result<IpAddr, Faults> {
    let wrong = || Faults::at(value, "an IP address is wanted, as \"192.0.2.1\" or \"2001:db8::1\"");
    text(value)?.parse().map_err(|_| wrong())
}

/// An address with a port, or without one where the port is known.
pub(crate) fn socket_address(port: u16) -> impl Fn(&Spanned<DeValue<'_>>) -> Result<SocketAddr, Faults> {
    move |value| {
        let text = text(value)?;
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(SocketAddr::new(address, port));
        }
        text.parse().map_err(|_| {
            Faults::at(
                value,
                "an IP address is wanted, with a port or without, as \"192.0.2.1:36412\" or \"[::]:36412\"",
            )
        })
    }
}

/// A prefix of IPv4 addresses.
pub(crate) fn prefix(value: &Spanned<DeValue<'_>>) -> Result<AddressRange, Faults> {
    let text = text(value)?;
    let parts = text
        .split_once('/')
        .and_then(|(network, prefix)| Some((network.parse().ok()?, prefix.parse().ok()?)));
    let Some((network, prefix)) = parts.filter(|(_, prefix)| (8..=29).contains(prefix)) else {
        return Err(Faults::at(value, "an IPv4 prefix of 8 to 29 bits is wanted, as \"10.45.0.0/16\""));
    };
    let first = Ipv4Addr::from_bits(Ipv4Addr::to_bits(network) & u32::MAX << (32 - u32::from(prefix)));
    if first != network {
        return Err(Faults::at(
            value,
            format!("{network} is inside the network {first}/{prefix}: write that"),
        ));
    }
    Ok(AddressRange { network, prefix })
}

/// A path from the root.
pub(crate) fn path(value: &Spanned<DeValue<'_>>) -> Result<PathBuf, Faults> {
    let path = PathBuf::from(text(value)?);
    if !path.is_absolute() || path.file_name().is_none() {
        return Err(Faults::at(
            value,
            "a file's path from the root is wanted, as \"/var/lib/pumice/pumice.db\"",
        ));
    }
    Ok(path)
}

/// Hexadecimal digits of two octets.
pub(crate) fn two_octets(value: &Spanned<DeValue<'_>>) -> Result<[u8; 2], Faults> {
    let text = text(value)?;
    let digits = text.len() == 4 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let number = u16::from_str_radix(&text, 16).ok().filter(|_| digits);
    let wrong = || Faults::at(value, "four hexadecimal digits are wanted, as \"8000\"");
    number.map(u16::to_be_bytes).ok_or_else(wrong)
}

/// A time zone in quarters of an hour east of UTC (TS 24.008 10.5.3.8).
pub(crate) fn zone(value: &Spanned<DeValue<'_>>) -> Result<i8, Faults> {
    let wrong = || {
        Faults::at(
            value,
            "a time zone in quarters of an hour is wanted, from \"-12:00\" to \"+14:00\", as \"+05:45\"",
        )
    };
    let text = text(value)?;
    let (sign, rest) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return Err(wrong()),
    };
    let two_digits = |text: &str| {
        let digits = text.len() == 2 && text.bytes().all(|digit| digit.is_ascii_digit());
        text.parse::<i8>().ok().filter(|_| digits)
    };
    let (hours, minutes) = rest.split_once(':').ok_or_else(wrong)?;
    let hours = two_digits(hours).filter(|hours| *hours <= 14).ok_or_else(wrong)?;
    let minutes =
        two_digits(minutes).filter(|minutes| *minutes < 60 && minutes % 15 == 0).ok_or_else(wrong)?;
    let quarters = sign * (hours * 4 + minutes / 15);
    if (-48..=56).contains(&quarters) { Ok(quarters) } else { Err(wrong()) }
}

/// A name or an address without a port, as a browser gives it.
pub(crate) fn host(value: &Spanned<DeValue<'_>>) -> Result<String, Faults> {
    let host = text_of(1..=253)(value)?;
    let legal = |octet: u8| octet.is_ascii_alphanumeric() || b"-.:[]".contains(&octet);
    let wrong = || Faults::at(value, "a name or an address without port is wanted, as \"pumice.lan\"");
    host.bytes().all(legal).then_some(host).ok_or_else(wrong)
}

/// An address with the length of its prefix.
pub(crate) fn address_with_prefix(value: &Spanned<DeValue<'_>>) -> Result<(IpAddr, u8), Faults> {
    let text = text(value)?;
    let parts = text.split_once('/').and_then(|(address, prefix)| {
        let address: IpAddr = address.parse().ok()?;
        let longest = if address.is_ipv4() { 30 } else { 126 };
        let prefix = prefix.parse().ok().filter(|prefix| (8..=longest).contains(prefix))?;
        Some((address, prefix))
    });
    parts.ok_or_else(|| Faults::at(value, "an address with its prefix is wanted, as \"192.168.1.20/24\""))
}
