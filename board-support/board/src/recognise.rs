//! Which board this is: the compiled-in files, and the device tree.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::board::Board;
use crate::file;
use crate::sysfs::Tree;

/// The compiled-in board files, by the names of the boards.
pub const FILES: [(&str, &str); 8] = [
    ("raspberry-pi-4", include_str!("../../boards/raspberry-pi-4.toml")),
    ("raspberry-pi-5", include_str!("../../boards/raspberry-pi-5.toml")),
    ("raspberry-pi-cm4", include_str!("../../boards/raspberry-pi-cm4.toml")),
    ("solar-1", include_str!("../../boards/solar-1.toml")),
    ("qemu-virt", include_str!("../../boards/qemu-virt.toml")),
    (GENERIC_ARM64, include_str!("../../boards/generic-arm64.toml")),
    (GENERIC_PC, include_str!("../../boards/generic-pc.toml")),
    (GENERIC, include_str!("../../boards/generic.toml")),
];

const GENERIC_ARM64: &str = "generic-arm64";
const GENERIC_PC: &str = "generic-pc";
const GENERIC: &str = "generic";

/// The most `compatible` strings of a device tree that are looked at.
const MAX_COMPATIBLE: usize = 16;

/// A board, and whether it is only the nearest there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recognised {
    /// The board.
    pub board: Board,
    /// Why it is a generic one; nothing if it was recognised.
    pub warning: Option<Unrecognised>,
}

/// Why a board was not recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrecognised {
    /// The generic board that is used.
    pub used: String,
    /// What the device tree calls this board, if there is one: its model, shortened, without control characters.
    pub model: Option<String>,
    /// Its `compatible` strings, if there is a device tree, for the file that somebody may write.
    pub compatible: Vec<String>,
}

impl fmt::Display for Unrecognised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.model {
            Some(model) => write!(f, "no board file is for {model:?} ({})", self.compatible.join(" "))?,
            None if self.compatible.is_empty() => {
                write!(f, "there is no device tree to recognise the board by")?
            }
            None => write!(f, "no board file is for {}", self.compatible.join(" "))?,
        }
        write!(f, "; {} is used: LEDs, button and sensors may be missing", self.used)
    }
}

/// A compiled-in board by its name.
pub fn by_name(name: &str) -> Option<Board> {
    let (_, text) = FILES.iter().find(|(known, _)| *known == name)?;
    // A test reads every file: none has a mistake.
    file::parse(text).ok()
}

/// Recognises the board. `loaded` are further boards, which go before the compiled-in ones; `architecture` is that of
/// [`std::env::consts::ARCH`]. Nothing only if a compiled-in generic file were broken, which a test rules out.
pub fn recognise(tree: &Tree, loaded: &[Board], architecture: &str) -> Option<Recognised> {
    let compatible = device_tree_strings(tree, "compatible");
    // The most specific string comes first.
    for each in &compatible {
        let own = loaded.iter().find(|board| board.compatible.contains(each)).cloned();
        let found = own.or_else(|| {
            FILES.iter().filter_map(|(name, _)| by_name(name)).find(|board| board.compatible.contains(each))
        });
        if let Some(board) = found {
            return Some(Recognised { board, warning: None });
        }
    }
    let used = match architecture {
        "aarch64" => GENERIC_ARM64,
        "x86_64" => GENERIC_PC,
        _ => GENERIC,
    };
    let model = device_tree_strings(tree, "model").into_iter().next();
    let warning = Unrecognised { used: used.to_owned(), model, compatible };
    Some(Recognised { board: by_name(used)?, warning: Some(warning) })
}

/// The strings of a property of the root, each shortened to 64 characters.
fn device_tree_strings(tree: &Tree, property: &str) -> Vec<String> {
    let Ok(octets) = tree.read(&format!("/proc/device-tree/{property}")) else { return Vec::new() };
    let strings = octets.split(|octet| *octet == 0).filter(|octets| !octets.is_empty());
    let clean = |octets: &[u8]| {
        let text = String::from_utf8_lossy(octets);
        text.chars().filter(|each| !each.is_control()).take(64).collect::<String>()
    };
    strings.map(clean).take(MAX_COMPATIBLE).collect()
}
