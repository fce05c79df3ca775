//! The unified kernel image: kernel, initramfs and command line in one file that UEFI starts, and that is signed as one. It lies alone
//! in a FAT file system.

use std::fs::{self, File};
use std::path::Path;

use super::keys::Keys;
use super::layout::Layout;
use super::packages::Sources;
use super::verity::TIME;
use super::{Plan, modules, size, write};
use crate::workspace::{program, root, succeed, target};

/// Sections of the file lie in memory from here on, one after the other, behind those of the stub.
const FIRST: u64 = 0x10_0000;
const ALIGNMENT: u64 = 0x1_0000;

/// Makes the file system with the file.
pub(super) fn make(
    plan: &Plan,
    sources: &Sources,
    keys: &Keys,
    initramfs: &Path,
    image: &Path,
) -> Result<(), String> {
    let folder = target().join("image");
    let (text, release) = (folder.join("cmdline"), folder.join("uname"));
    let line = super::read(&root().join("image/cmdline"))?;
    write(&text, super::listed(&line).collect::<Vec<&str>>().join(" "))?;
    let kernel = modules::release(sources)?;
    write(&release, &kernel)?;
    let about = folder.join("os-release");
    write(
        &about,
        format!("ID=pumice\nNAME=Pumice\nVERSION_ID={0}\nIMAGE_ID=pumice\nIMAGE_VERSION={0}\n", plan.version),
    )?;
    let sections = [
        (".osrel", about.as_path()),
        (".uname", &release),
        (".cmdline", &text),
        (".initrd", initramfs),
        (".linux", &sources.kernel.join("boot").join(format!("vmlinuz-{kernel}"))),
    ];
    let unsigned = folder.join("boot.efi");
    let mut command = program("aarch64-linux-gnu-objcopy");
    let mut address = FIRST;
    for (name, file) in sections {
        command.arg("--add-section").arg(format!("{name}={}", file.display()));
        command.arg("--change-section-vma").arg(format!("{name}={address:#x}"));
        address = (address + size(file)?).next_multiple_of(ALIGNMENT);
    }
    command.arg(sources.files.join("usr/lib/systemd/boot/efi/linuxaa64.efi.stub")).arg(&unsigned);
    succeed(&mut command)?;
    let signed = folder.join("signed.efi");
    succeed(
        program("sbsign")
            .arg("--key")
            .arg(&keys.boot_key)
            .arg("--cert")
            .arg(&keys.boot_certificate)
            .arg("--output")
            .arg(&signed)
            .arg(&unsigned),
    )?;
    file_system(&signed, image)
}

fn file_system(file: &Path, image: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", image.display());
    let octets = Layout::read()?.size_of("boot-a")?;
    File::create(image).and_then(|image| image.set_len(octets)).map_err(told)?;
    succeed(program("mkfs.vfat").args(["--invariant", "-n", "PUMICE", "-s", "8"]).arg(image))?;
    succeed(program("touch").arg(format!("--date=@{TIME}")).arg(file))?;
    let image = image.display().to_string();
    for folder in ["::/EFI", "::/EFI/BOOT"] {
        succeed(program("mmd").env("SOURCE_DATE_EPOCH", TIME).args(["-i", &image, folder]))?;
    }
    succeed(program("mcopy").args(["-m", "-i", &image]).arg(file).arg("::/EFI/BOOT/BOOTAA64.EFI"))?;
    fs::metadata(&image).map(|_| ()).map_err(told)
}
