//! Builds the firmware, with Debian's compiler for the microcontroller and the linker of the running toolchain.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::{env, fs};

/// The images that the tests need.
pub(crate) struct Images {
    /// As it is shipped.
    pub(crate) shipped: PathBuf,
    /// With readings of sensors that a test makes up.
    pub(crate) simulated: PathBuf,
    /// The same for the slot, as version 2.
    pub(crate) update: PathBuf,
}

/// Builds them once, or says what is missing.
pub(crate) fn images() -> Result<&'static Images, String> {
    static IMAGES: OnceLock<Result<Images, String>> = OnceLock::new();
    IMAGES.get_or_init(build_all).as_ref().map_err(Clone::clone)
}

fn build_all() -> Result<Images, String> {
    for (file, package) in [
        ("/usr/bin/qemu-system-arm", "qemu-system-arm"),
        ("/usr/bin/rustc", "rustc-web"),
        ("/usr/lib/rustlib/src/rust/library/core", "rust-web-src"),
    ] {
        if !Path::new(file).exists() {
            return Err(format!("Debian's package {package} is missing"));
        }
    }
    let linker = linker().ok_or("the toolchain has no rust-lld")?;
    Ok(Images {
        shipped: build(&linker, "shipped", "", "1"),
        simulated: build(&linker, "simulated", "simulated-sensors", "1"),
        update: build(&linker, "update", "simulated-sensors,slot", "2"),
    })
}

/// The linker that comes with the compiler of the workspace.
fn linker() -> Option<PathBuf> {
    let output = clean(Command::new("rustc")).args(["--print", "sysroot"]).output().ok()?;
    let sysroot = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    let targets = fs::read_dir(sysroot.join("lib/rustlib")).ok()?;
    targets.flatten().map(|target| target.path().join("bin/rust-lld")).find(|linker| linker.exists())
}

fn build(linker: &Path, name: &str, features: &str, version: &str) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("supervisor-firmware");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = clean(Command::new(cargo))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("firmware"))
        .args(["build", "--locked", "--release", "-Zbuild-std=core", "--target", "thumbv7m-none-eabi"])
        .args(["--features", features])
        // Debian's compiler is a stable one; building core needs a word of permission.
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_THUMBV7M_NONE_EABI_LINKER", linker)
        .env("CARGO_TARGET_DIR", &target)
        .env("PUMICE_FIRMWARE_VERSION", version)
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the firmware: {}", String::from_utf8_lossy(&output.stderr));
    // All of them are built to the same place.
    let built = target.join("thumbv7m-none-eabi/release/pumice-supervisor-firmware");
    let kept = target.join(name);
    fs::copy(built, &kept).expect("the image can be copied");
    kept
}

/// Without what `cargo test` tells its children about another build.
fn clean(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        let told = name.to_string_lossy();
        let ours = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "RUSTUP_"];
        let kept = ours.iter().any(|prefix| told.starts_with(prefix));
        if !kept
            && ["CARGO", "RUST", "LD_LIBRARY_PATH", "DEFMT"].iter().any(|prefix| told.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command
}
