//! Builds the program that runs in the machine, and finds the kernel that it runs on.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::initramfs;

/// Of `rustc`.
const TARGET: &str = "aarch64-unknown-linux-gnu";
/// Where Debian's cross compiler has the libraries of the other processor.
const LIBRARIES: &str = "/usr/aarch64-linux-gnu/lib";
/// Of the kernel, which are not built in.
const MODULES: [&str; 3] = ["input/evdev.ko", "input/keyboard/gpio_keys.ko", "watchdog/i6300esb.ko"];

/// What the machine starts from.
pub(crate) struct Guest {
    pub(crate) kernel: PathBuf,
    pub(crate) initramfs: PathBuf,
}

/// Makes it, or says what is missing.
pub(crate) fn provide() -> Result<Guest, String> {
    for (file, package) in [
        ("/usr/bin/qemu-system-aarch64", "qemu-system-arm"),
        ("/usr/bin/rustc", "rustc-web"),
        ("/usr/lib/rustlib/aarch64-unknown-linux-gnu/lib", "libstd-rust-web-dev:arm64"),
        ("/usr/bin/aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu"),
        ("/usr/aarch64-linux-gnu/lib/crt1.o", "libc6-dev-arm64-cross"),
    ] {
        if !Path::new(file).exists() {
            return Err(format!("Debian's package {package} is missing"));
        }
    }
    let (kernel, drivers) = kernel()?;
    let init = fs::read(build()).expect("the program was built");
    let read = |folder: &Path, path: &'static str| {
        let file = folder.join(path);
        let content = fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        (path.rsplit('/').next().unwrap_or(path), content)
    };
    let libraries = ["ld-linux-aarch64.so.1", "libc.so.6", "libgcc_s.so.1"];
    let libraries = libraries.map(|name| read(Path::new(LIBRARIES), name));
    let modules = MODULES.map(|path| read(&drivers, path));
    let initramfs = own_folder().join("initramfs");
    let mut file = fs::File::create(&initramfs).expect("a file");
    initramfs::write(&mut file, &init, &libraries, &modules).expect("it is written");
    Ok(Guest { kernel, initramfs })
}

/// The kernel and the folder of its drivers, as `cargo xtask test` has unpacked Debian's package.
fn kernel() -> Result<(PathBuf, PathBuf), String> {
    let unpacked = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("debian").join("arm64-kernel");
    let only = |folder: &str, start: &str| {
        let entries = fs::read_dir(unpacked.join(folder)).into_iter().flatten().flatten();
        let mut found = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(start));
        found.next().map(|entry| entry.path())
    };
    let both = only("boot", "vmlinuz-").zip(only("lib/modules", ""));
    let (kernel, modules) = both.ok_or_else(|| {
        format!("no kernel for ARM64 in {}; cargo xtask test fetches one", unpacked.display())
    })?;
    Ok((kernel, modules.join("kernel/drivers")))
}

fn own_folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("virt-guest")
}

fn build() -> PathBuf {
    let target = own_folder();
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = clean(Command::new(cargo))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--locked", "--example", "on_virt", "--target", TARGET])
        // It runs for seconds: building it quickly counts for more.
        .args(["--config", "profile.dev.package.'*'.opt-level=0"])
        // The toolchain of the workspace may have no library for that processor; Debian's compiler has.
        .env("RUSTC", "/usr/bin/rustc")
        .env("CARGO_TARGET_DIR", &target)
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER", "aarch64-linux-gnu-gcc")
        .env("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "--cfg on_virt")
        // The standard library's debugging information is most of the program.
        .env("CARGO_PROFILE_DEV_STRIP", "debuginfo")
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "the example on_virt: {}", String::from_utf8_lossy(&output.stderr));
    target.join(TARGET).join("debug/examples/on_virt")
}

/// Without what `cargo test` tells its children about another build.
fn clean(mut command: Command) -> Command {
    for (name, _) in env::vars_os() {
        let told = name.to_string_lossy();
        let ours = ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTRIES_", "RUSTUP_"];
        let kept = ours.iter().any(|prefix| told.starts_with(prefix));
        if !kept && ["CARGO", "RUST", "LD_LIBRARY_PATH"].iter().any(|prefix| told.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}
