//! The board on which the box of the journeys runs: its two sockets are the links of the laboratory.

use std::fs;

use pumice_lab::topology::{S1_LINK, SGI_LINK};
use tempfile::TempDir;

/// A folder with the board's description, and how the configuration names it.
pub(crate) fn described() -> (TempDir, String) {
    let folder = TempDir::with_prefix("pumice-board-").unwrap();
    let path = folder.path().join("laboratory.toml");
    let text = format!(
        "name = \"laboratory\"\n\
         title = \"Laboratory\"\n\
         never_run = [\"There is no such board.\"]\n\
         fallback_address = \"192.168.73.1/24\"\n\
         backhaul = [\"ethernet\"]\n\
         [[interface]]\n\
         names = [\"{S1_LINK}\"]\n\
         medium = \"ethernet\"\n\
         roles = [\"cell\", \"lan\"]\n\
         [[interface]]\n\
         names = [\"{SGI_LINK}\"]\n\
         medium = \"ethernet\"\n\
         roles = [\"backhaul\"]\n"
    );
    fs::write(&path, text).unwrap();
    let quoted = format!("{:?}", path.to_string_lossy());
    (folder, quoted)
}
