//! Where things are, and how cargo is called.

use std::env;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus, Stdio};

/// The workspace's root folder.
pub(crate) fn root() -> PathBuf {
    let here = env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    here.ancestors().nth(2).map_or_else(|| here.clone(), Path::to_path_buf)
}

/// The target folder: this program lies in `<target>/debug`.
pub(crate) fn target() -> PathBuf {
    let beside =
        env::current_exe().ok().and_then(|program| program.ancestors().nth(2).map(Path::to_path_buf));
    beside.unwrap_or_else(|| root().join("target"))
}

/// The folder of the programs of a profile.
pub(crate) fn programs(profile_folder: &str) -> PathBuf {
    target().join(profile_folder)
}

/// A program, run at the workspace's root.
pub(crate) fn program(name: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(root());
    // Set by `cargo run` for this program alone; a nested cargo would see its build scripts' inputs change.
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&variable);
        }
    }
    command
}

/// The cargo that started this program.
pub(crate) fn cargo() -> Command {
    program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs to the end; what went wrong is told in words.
pub(crate) fn succeed(command: &mut Command) -> Result<(), String> {
    explain(command.status(), command)
}

/// Runs to the end; what it has printed.
pub(crate) fn output(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stderr(Stdio::piped()).output().map_err(|error| format!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{name}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr).trim()))
}

/// Turns an outcome into words.
pub(crate) fn explain(outcome: io::Result<ExitStatus>, command: &Command) -> Result<(), String> {
    let name = command.get_program().to_string_lossy();
    match outcome {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{name}: {status}")),
        Err(error) => Err(format!("{name}: {error}")),
    }
}

/// Becomes `command`: its signals and its exit status are then the caller's.
pub(crate) fn become_program(command: &mut Command) -> ExitCode {
    let error = command.exec();
    eprintln!("{}: {error}", command.get_program().to_string_lossy());
    ExitCode::FAILURE
}

/// Is there a program of that name in PATH, or where system programs are?
pub(crate) fn has_program(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(["/usr/sbin", "/sbin"].map(PathBuf::from))
        .any(|folder| folder.join(name).is_file())
}

/// With CI=true nothing may be skipped.
pub(crate) fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}
