//! What tests need of Debian beyond Rust and a C compiler: packages, and a kernel for a simulated board.

mod apt;
mod arm64;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use apt::OwnLists;

use crate::steps::Outcome;
use crate::workspace::{has_program, is_ci, program, succeed};

/// A package, by something of it.
struct Need {
    package: &'static str,
    sign: Sign,
    purpose: &'static str,
    from: Archive,
}

/// What shows that a package is there.
#[derive(Clone, Copy)]
enum Sign {
    /// A program on the path.
    Program(&'static str),
    /// A file, where the path has another of that name, or none.
    File(&'static str),
    /// A folder below /usr/src that begins so.
    Source(&'static str),
}

impl Sign {
    fn is_there(self) -> bool {
        match self {
            Self::Program(name) => has_program(name),
            Self::File(path) => Path::new(path).exists(),
            Self::Source(start) => fs::read_dir("/usr/src")
                .into_iter()
                .flatten()
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with(start)),
        }
    }
}

/// Where a package comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Archive {
    /// The release's own.
    Release,
    /// Backports, on a release whose own is too old.
    Backports,
    /// The release's own, for ARM64. A library of two architectures must be of one version, so the lists of both must be
    /// equally fresh.
    Arm64,
}

const NEEDS: [Need; 11] = [
    need("chromium", Sign::Program("chromium"), "a browser for the page"),
    need("gcc-aarch64-linux-gnu", Sign::Program("aarch64-linux-gnu-gcc"), "a linker for ARM64"),
    need("iproute2", Sign::Program("ip"), "loopback under User-mode Linux"),
    need("kmod", Sign::Program("insmod"), "modules under User-mode Linux"),
    need("libc6-dev-arm64-cross", Sign::File("/usr/aarch64-linux-gnu/lib/crt1.o"), "the C library for ARM64"),
    need("rust-web-src", Sign::Source("rustc-"), "the core library for the supervisor's processor"),
    need("rustc-web", Sign::File("/usr/bin/rustc"), "the compiler of that core library"),
    need("tshark", Sign::Program("tshark"), "a second opinion on what goes over the wire"),
    need("user-mode-linux", Sign::Program("linux.uml"), "a kernel with SCTP"),
    // The release's own would remove qemu-utils of a newer one.
    Need {
        package: "qemu-system-arm",
        sign: Sign::Program("qemu-system-arm"),
        purpose: "boards for the supervisor's firmware and for a kernel",
        from: Archive::Backports,
    },
    // Of the same version as rustc-web, which it may bring up to date.
    Need {
        package: "libstd-rust-web-dev:arm64",
        sign: Sign::File("/usr/lib/rustlib/aarch64-unknown-linux-gnu/lib"),
        purpose: "the standard library for ARM64",
        from: Archive::Arm64,
    },
];

/// What building an image takes beside that.
const FOR_IMAGES: [Need; 17] = [
    need("binutils", Sign::Program("readelf"), "reading programs"),
    need("cpio", Sign::Program("cpio"), "archives for the kernel"),
    need("cryptsetup-bin", Sign::Program("veritysetup"), "dm-verity"),
    need("dosfstools", Sign::Program("mkfs.vfat"), "file systems of boot files"),
    need("e2fsprogs", Sign::Program("mke2fs"), "the file system of data"),
    need("gcc-aarch64-linux-gnu", Sign::Program("aarch64-linux-gnu-gcc"), "a C compiler for ARM64"),
    need("gdisk", Sign::Program("sgdisk"), "partitions"),
    need("kmod", Sign::Program("depmod"), "modules"),
    need("libc6-dev-arm64-cross", Sign::File("/usr/aarch64-linux-gnu/lib/crt1.o"), "the C library for ARM64"),
    need("mtools", Sign::Program("mcopy"), "file systems of boot files"),
    need("openssl", Sign::Program("openssl"), "keys"),
    need("rauc", Sign::Program("rauc"), "updates"),
    need("rustc-web", Sign::File("/usr/bin/rustc"), "the compiler for ARM64"),
    need("sbsigntool", Sign::Program("sbsign"), "signed boot files"),
    need("squashfs-tools", Sign::Program("mksquashfs"), "root file systems"),
    need("systemd", Sign::Program("systemd-sysusers"), "users and units"),
    need("zstd", Sign::Program("zstd"), "archives for the kernel"),
];

/// What booting an image takes beside that.
const FOR_BOOT_TEST: [Need; 2] = [
    need("curl", Sign::Program("curl"), "a browser without scripts"),
    need("qemu-efi-aarch64", Sign::File("/usr/share/AAVMF/AAVMF_CODE.fd"), "UEFI for an emulated machine"),
];

const fn need(package: &'static str, sign: Sign, purpose: &'static str) -> Need {
    Need { package, sign, purpose, from: Archive::Release }
}

/// Provides what is missing where this process may; else says what is missing.
pub(crate) fn provide() -> Outcome {
    let all: Vec<&Need> = NEEDS.iter().collect();
    let kernel = arm64::provide().map(|_| ());
    let obstacles: Vec<String> = [packages(&all), kernel].into_iter().filter_map(Result::err).collect();
    if obstacles.is_empty() {
        return Outcome::Passed;
    }
    let advice = obstacles.join("; ");
    if is_ci() { Outcome::Failed(advice) } else { Outcome::Skipped(advice) }
}

/// Provides what building for ARM64 and assembling an image take.
pub(crate) fn provide_for_image() -> Result<(), String> {
    let library = NEEDS.iter().filter(|need| need.from == Archive::Arm64);
    packages(&FOR_IMAGES.iter().chain(library).collect::<Vec<&Need>>())
}

/// Provides what booting an image takes beside that.
pub(crate) fn provide_for_boot_test() -> Result<(), String> {
    provide_for_image()?;
    let emulator = NEEDS.iter().filter(|need| ["qemu-system-arm", "iproute2"].contains(&need.package));
    packages(&FOR_BOOT_TEST.iter().chain(emulator).collect::<Vec<&Need>>())
}

/// Debian's kernel for ARM64, unpacked.
pub(crate) fn arm64_kernel() -> Result<PathBuf, String> {
    arm64::provide()
}

/// Packages for ARM64; their archives.
pub(crate) fn download_for_arm64(packages: &[&str], folder: &Path) -> Result<Vec<PathBuf>, String> {
    arm64::download(packages, folder)
}

fn packages(wanted: &[&Need]) -> Result<(), String> {
    let missing: Vec<&Need> = wanted.iter().copied().filter(|need| !need.sign.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("missing: {} ({})", need.package, need.purpose);
    }
    let installed = obstacle().map_or_else(|| install_all(&missing), Err);
    let packages: Vec<&str> = missing.iter().map(|need| need.package).collect();
    installed.map_err(|reason| format!("{reason}; as root: apt-get install {}", packages.join(" ")))
}

fn obstacle() -> Option<String> {
    if !has_program("apt-get") {
        return Some("this is no Debian".to_owned());
    }
    // The owner of /proc/self is the effective user.
    let is_root = fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    (!is_root).then(|| "only root may install packages".to_owned())
}

fn install_all(missing: &[&Need]) -> Result<(), String> {
    let of = |from: Archive| -> Vec<&str> {
        missing.iter().filter(|need| need.from == from).map(|need| need.package).collect()
    };
    let (release, backports, arm64) = (of(Archive::Release), of(Archive::Backports), of(Archive::Arm64));
    if !release.is_empty() {
        apt::install(&release)?;
    }
    match backports.as_slice() {
        [] => {}
        packages if codename().as_deref() == Some("bookworm") => install_from_backports(packages)?,
        packages => apt::install(packages)?,
    }
    if arm64.is_empty() { Ok(()) } else { install_for_arm64(&arm64) }
}

/// The name of this release of Debian, as `bookworm`.
fn codename() -> Option<String> {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let value = |key: &str| release.lines().find_map(|line| line.strip_prefix(key));
    let name = value("ID=").filter(|id| *id == "debian").and_then(|_| value("VERSION_CODENAME="));
    name.map(str::to_owned)
}

fn install_from_backports(packages: &[&str]) -> Result<(), String> {
    let suites = "bookworm bookworm-updates bookworm-backports";
    let lists = OwnLists::fetch("apt-backports", suites, "bookworm-security", &[])?;
    lists.install(&["--target-release", "bookworm-backports"], packages)
}

/// Makes ARM64 an architecture of this system, where it is not yet.
fn install_for_arm64(packages: &[&str]) -> Result<(), String> {
    let release = codename().ok_or("this is no Debian")?;
    if !has_architecture("arm64") {
        succeed(program("dpkg").args(["--add-architecture", "arm64"]))?;
    }
    let suites = format!("{release} {release}-updates");
    let lists = OwnLists::fetch("apt-arm64", &suites, &format!("{release}-security"), &[])?;
    lists.install(&[], packages)
}

fn has_architecture(wanted: &str) -> bool {
    ["--print-architecture", "--print-foreign-architectures"].into_iter().any(|question| {
        let said = program("dpkg").arg(question).output().map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&said).lines().any(|name| name == wanted)
    })
}
