//! The workspace's own programs, as the build that this process belongs to left them.

use std::env;
use std::path::PathBuf;

use crate::LabError;

/// The variable that names the folder of the programs, where it is not this process's own target folder.
pub const FOLDER: &str = "PUMICE_BIN_DIR";

/// The path of a built program, such as `pumice`.
///
/// # Errors
/// It has not been built.
pub fn path(name: &str) -> Result<PathBuf, LabError> {
    let folder = match env::var_os(FOLDER) {
        Some(folder) => PathBuf::from(folder),
        None => target_folder()?,
    };
    let program = folder.join(name);
    if program.is_file() {
        return Ok(program);
    }
    Err(LabError::BinaryMissing { name: name.to_owned(), folder })
}

/// `target/<profile>`: where this program lies, or one above where it is a test (`deps`) or an example.
fn target_folder() -> Result<PathBuf, LabError> {
    let mut folder = env::current_exe().map_err(LabError::io("finding this program"))?;
    folder.pop();
    if folder.ends_with("deps") || folder.ends_with("examples") {
        folder.pop();
    }
    Ok(folder)
}
