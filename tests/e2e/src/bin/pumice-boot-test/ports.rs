//! Who listens in the machine, from the kernel's tables.

use std::collections::BTreeSet;

/// Everything that may be reached from outside.
pub(crate) const EXPECTED: [&str; 8] = [
    // The page, and where it is.
    "tcp 443",
    "tcp 80",
    // S1AP and GTP-U.
    "sctp 36412",
    "udp 2152",
    // Addresses for who is plugged in beside the cell, and their clients' side.
    "udp 67",
    // The page's name.
    "udp 5353",
    // IPv6's addresses.
    "icmp6",
    // The box's own addresses.
    "udp 68",
];

/// Ports that are open to others than the machine itself, as `tcp 443`.
pub(crate) fn open(tables: &str) -> BTreeSet<String> {
    let mut open = BTreeSet::new();
    let mut table = "";
    for line in tables.lines() {
        if let Some(name) = line.strip_prefix("== ") {
            table = name.trim();
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        match table {
            "tcp" | "tcp6" | "udp" | "udp6" => open.extend(inet(table, &words)),
            // ENDPT SOCK STY SST HBKT LPORT UID INODE LADDRS
            "sctp" => {
                let port = words.get(5).and_then(|port| port.parse::<u16>().ok());
                open.extend(port.map(|port| format!("sctp {port}")));
            }
            "raw6" => {
                open.extend(words.get(1).filter(|local| local.ends_with(":003A")).map(|_| "icmp6".to_owned()))
            }
            _ => {}
        }
    }
    open
}

/// `0: 0100007F:1F90 00000000:0000 0A …`
fn inet(table: &str, words: &[&str]) -> Option<String> {
    let (address, port) = words.get(1)?.rsplit_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let listens = match table {
        "tcp" | "tcp6" => *words.get(3)? == "0A",
        _ => words.get(2)?.ends_with(":0000"),
    };
    let is_loopback =
        address.ends_with("7F") && address.len() == 8 || address == "00000000000000000000000001000000";
    let kind = table.trim_end_matches('6');
    // A port of its own choice is a question that waits for its answer.
    let is_asked = kind == "udp" && port >= 32_768;
    (listens && !is_loopback && !is_asked).then(|| format!("{kind} {port}"))
}

#[cfg(test)]
mod tests;
