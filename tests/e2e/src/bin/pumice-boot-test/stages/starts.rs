//! Starts that come to nothing, and starts that must not be.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::{START, all_come_back, browser_when_up, ensure, sign_in_again, software, until};
use crate::disk::Disk;
use crate::images::{FIRST, NEXT, run};
use crate::story::Story;
use crate::{Failure, failed};

/// After so many starts that came to nothing the other side is asked for.
const RETRIES: usize = 9;
/// How long that many starts may take.
const ROTTEN: Duration = Duration::from_secs(600);
/// The partitions, by their numbers.
const BOOT: [&str; 2] = ["1", "3"];
const ROOT_A: &str = "2";

/// A gateway that never comes up takes the box with it.
pub(crate) fn never_up(story: &mut Story) -> Result<(), Failure> {
    let machine = story.machine()?;
    let starts = starts_of(&machine.console());
    let begun = Instant::now();
    // What cannot be executed any more.
    machine.run("mount --bind /dev/null /usr/bin/pumice && kill -9 $(cat /sys/fs/cgroup/system.slice/pumice.service/cgroup.procs)")?;
    until("the box starts anew", START, || Ok(starts_of(&story.machine()?.console()) > starts))?;
    story.table.time("a gateway that never comes up, to the box's restart", begun.elapsed(), "");
    sign_in_again(&browser_when_up(story)?)?;
    all_come_back(story)
}

/// The side that runs rots: the box tries it again and again, and then its other side.
pub(crate) fn rot(story: &mut Story) -> Result<(), Failure> {
    story.cut_power()?;
    spoil(&story.parts.disk).map_err(failed("spoiling a side"))?;
    story.plug_in()?;
    let begun = Instant::now();
    until("the other side runs", ROTTEN, || Ok(software(story)?.contains(&format!("{NEXT} Runs now"))))?;
    story.table.time("a side that has rotted, to the other one", begun.elapsed(), "");
    let starts = starts_of(&story.machine()?.console());
    ensure(starts > RETRIES, || format!("it was left after {starts} starts"))?;
    let told = software(story)?;
    println!("{told}");
    ensure(told.contains(&format!("{FIRST} did not prove itself")), || told)?;
    all_come_back(story)
}

/// Octets on which only the first block of the root file system still has its hash, and what says where files are.
fn spoil(disk: &Disk) -> io::Result<()> {
    const MEBIOCTET: u64 = 1 << 20;
    let begin = disk.begin_of(ROOT_A).map_err(|failure| io::Error::other(failure.to_string()))?;
    let mut disk = File::options().read(true).write(true).open(disk.path())?;
    // Where squashfs says how long it is.
    disk.seek(SeekFrom::Start(begin + 40))?;
    let mut length = [0; 8];
    disk.read_exact(&mut length)?;
    let end = u64::from_le_bytes(length) / MEBIOCTET - 4;
    disk.seek(SeekFrom::Start(begin + MEBIOCTET))?;
    let rot = vec![0x5A; 1 << 20];
    (1..end).try_for_each(|_| disk.write_all(&rot))
}

/// How often the firmware has started a boot file.
fn starts_of(console: &str) -> usize {
    console.matches("BdsDxe: starting").count()
}

/// The firmware starts nothing that is not signed by whom it believes, and the box lives on once that is undone.
pub(crate) fn unsigned(story: &mut Story) -> Result<(), Failure> {
    story.cut_power()?;
    let saved: Vec<_> =
        BOOT.iter().map(|number| story.home.path().join(format!("boot-file-{number}"))).collect();
    for (number, saved) in BOOT.into_iter().zip(&saved) {
        let partition = story.parts.disk.as_mtools_name(number)?;
        mcopy(&partition, &["::/EFI/BOOT/BOOTAA64.EFI".as_ref(), saved])?;
        mcopy(&partition, &[&story.images.unsigned, "::/EFI/BOOT/BOOTAA64.EFI".as_ref()])?;
    }
    story.plug_in()?;
    let machine = story.machine()?;
    machine.await_console("Access Denied", START)?;
    // What else the firmware may try takes long: it looks for boot files in the network, too.
    thread::sleep(Duration::from_secs(30));
    let said = machine.console();
    ensure(!said.contains("pumice"), || format!("it started: {said}"))?;
    story.cut_power()?;
    for (number, saved) in BOOT.into_iter().zip(&saved) {
        mcopy(&story.parts.disk.as_mtools_name(number)?, &[saved, "::/EFI/BOOT/BOOTAA64.EFI".as_ref()])?;
        fs::remove_file(saved).map_err(failed("removing a boot file"))?;
    }
    story.plug_in()?;
    sign_in_again(&browser_when_up(story)?)?;
    all_come_back(story)
}

fn mcopy(partition: &str, files: &[&Path]) -> Result<(), Failure> {
    run(Command::new("mcopy").args(["-o", "-i", partition]).args(files))
}
