//! What the gateway asks of root, in one line.

use pumice_model::software::SoftwareOrder;

/// The longest name of a file on a stick, in octets.
const NAME: usize = 100;

/// As it is written.
pub(crate) fn text(order: &SoftwareOrder) -> String {
    match order {
        SoftwareOrder::Install { stick, may_be_older } => {
            let older = if *may_be_older { "older" } else { "newer" };
            format!("install {older} {}\n", stick.as_deref().unwrap_or_default())
        }
        SoftwareOrder::Look => "look\n".to_owned(),
        SoftwareOrder::Return => "return\n".to_owned(),
    }
}

/// As it is read; nothing if nobody of ours has written it.
pub(crate) fn parse(octets: &[u8]) -> Option<SoftwareOrder> {
    let line = std::str::from_utf8(octets).ok()?.strip_suffix('\n')?;
    match line {
        "look" => return Some(SoftwareOrder::Look),
        "return" => return Some(SoftwareOrder::Return),
        _ => {}
    }
    let (older, name) = line.strip_prefix("install ")?.split_once(' ')?;
    let may_be_older = match older {
        "older" => true,
        "newer" => false,
        _ => return None,
    };
    let stick = match name {
        "" => None,
        name if is_name(name) => Some(name.to_owned()),
        _ => return None,
    };
    Some(SoftwareOrder::Install { stick, may_be_older })
}

/// Whether a name is that of an update on a stick: no path leads out of the stick.
pub(crate) fn is_name(name: &str) -> bool {
    let legal =
        |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_' | '+' | ' ');
    (1..=NAME).contains(&name.len())
        && !name.starts_with('.')
        && name.to_ascii_lowercase().ends_with(".raucb")
        && name.chars().all(legal)
}

#[cfg(test)]
mod tests;
