//! The machine's disk, which is as bad as disks are: of what it was given since it last promised to have kept everything, a cut of power
//! leaves half, by chance.
//!
//! QEMU writes to a copy, and logs what it writes and when the machine asked for the promise (a flush). When the power is cut, what is kept is
//! written from the log to the disk itself, and the copy is forgotten.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::images::run;
use crate::{Failure, failed};

/// Octets of the disk: more than its image has.
const SIZE: u64 = 1 << 30;

/// Marks the log; its format is that of Linux' dm-log-writes.
const MAGIC: u64 = 0x006a_7366_7773_6872;

/// A write after which all before it are kept.
const FLUSH: u64 = 1;
/// A write that is kept itself.
const FORCED: u64 = 2;
/// It has no data.
const DISCARD: u64 = 4;

/// A disk, and what is needed to lose some of it.
#[derive(Debug)]
pub(crate) struct Disk {
    /// As it was when the machine was plugged in.
    kept: PathBuf,
    /// As the machine has it.
    running: PathBuf,
    log: PathBuf,
    cuts: u64,
}

/// What became of what had been written.
#[derive(Debug, Default)]
pub(crate) struct Remains {
    pub(crate) promised: u64,
    pub(crate) kept_by_chance: u64,
    pub(crate) lost: u64,
}

impl Disk {
    /// A disk with this image on it.
    pub(crate) fn new(folder: &Path, image: &Path) -> Result<Self, Failure> {
        let path = |name: &str| folder.join(name);
        let (kept, running, log) = (path("disk.img"), path("running.img"), path("writes.log"));
        copy(image, &kept)?;
        let grown = File::options().write(true).open(&kept).and_then(|file| file.set_len(SIZE));
        grown.map_err(failed("growing the disk"))?;
        Ok(Self { kept, running, log, cuts: 0 })
    }

    /// The disk of a machine without power.
    pub(crate) fn path(&self) -> &Path {
        &self.kept
    }

    /// The octet at which a partition begins.
    pub(crate) fn begin_of(&self, number: &str) -> Result<u64, Failure> {
        let mut command = Command::new("sgdisk");
        command.arg(format!("--info={number}")).arg(&self.kept).stdin(Stdio::null());
        let output = command.output().map_err(failed("sgdisk"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let sector = said
            .lines()
            .find_map(|line| line.strip_prefix("First sector: ")?.split(' ').next()?.parse::<u64>().ok());
        sector
            .map(|sector| sector * 512)
            .ok_or_else(|| Failure(format!("where partition {number} begins: {said}")))
    }

    /// A partition, as mtools are told of it.
    pub(crate) fn as_mtools_name(&self, number: &str) -> Result<String, Failure> {
        Ok(format!("{}@@{}", self.kept.display(), self.begin_of(number)?))
    }

    /// Takes a partition out of the table.
    pub(crate) fn forget(&self, number: &str) -> Result<(), Failure> {
        run(Command::new("sgdisk").arg(format!("--delete={number}")).arg(&self.kept))
    }

    /// Leaves nothing from where a partition begins to the disk's end.
    pub(crate) fn erase_from(&self, number: &str) -> Result<(), Failure> {
        let begin = self.begin_of(number)?;
        let erased = File::options().write(true).open(&self.kept).and_then(|disk| {
            disk.set_len(begin)?;
            disk.set_len(SIZE)
        });
        erased.map_err(failed("erasing what is on the disk"))
    }

    /// What QEMU is told of it; the node is called `disk`.
    pub(crate) fn plug_in(&self) -> Result<String, Failure> {
        copy(&self.kept, &self.running)?;
        File::create(&self.log).map_err(failed("a log of writes"))?;
        let file = |path: &Path| json!({"driver": "file", "filename": path});
        let disk = json!({"driver": "raw", "file": file(&self.running)});
        let told =
            json!({"driver": "blklogwrites", "node-name": "disk", "file": disk, "log": file(&self.log)});
        Ok(told.to_string())
    }

    /// Loses what the machine was never promised.
    pub(crate) fn cut_power(&mut self) -> Result<Remains, Failure> {
        self.cuts += 1;
        let remains = self.replay(fastrand::Rng::with_seed(self.cuts));
        remains.map_err(failed("what is left on the disk"))
    }

    fn replay(&self, mut chance: fastrand::Rng) -> io::Result<Remains> {
        // A machine that has not written has no log.
        if self.log.metadata()?.len() == 0 {
            return Ok(Remains::default());
        }
        let mut last_flush = 0;
        let mut writes = Writes::open(&self.log)?;
        while let Some(write) = writes.next()? {
            if write.flags & FLUSH != 0 {
                last_flush = writes.count;
            }
            writes.skip(&write)?;
        }
        let mut disk = File::options().write(true).open(&self.kept)?;
        let mut remains = Remains::default();
        let mut writes = Writes::open(&self.log)?;
        while let Some(write) = writes.next()? {
            let promised = writes.count <= last_flush || write.flags & FORCED != 0;
            if write.octets == 0 {
                continue;
            }
            if promised || chance.bool() {
                disk.seek(SeekFrom::Start(write.to))?;
                writes.copy(&write, &mut disk)?;
                *(if promised { &mut remains.promised } else { &mut remains.kept_by_chance }) += 1;
            } else {
                writes.skip(&write)?;
                remains.lost += 1;
            }
        }
        Ok(remains)
    }
}

/// The log, from its begin.
struct Writes {
    log: BufReader<File>,
    sector: u64,
    /// How many were read.
    count: u64,
}

/// One entry; its data follows.
struct Logged {
    /// In octets from the disk's begin.
    to: u64,
    octets: u64,
    flags: u64,
}

impl Writes {
    fn open(path: &Path) -> io::Result<Self> {
        let mut log = BufReader::with_capacity(1 << 20, File::open(path)?);
        let [magic, _version, _entries, sector] = numbers(&mut log)?;
        let sector = sector & u64::from(u32::MAX);
        if magic != MAGIC || sector < 512 {
            return Err(io::Error::other(format!("{} is no log of writes", path.display())));
        }
        log.seek(SeekFrom::Start(sector))?;
        Ok(Self { log, sector, count: 0 })
    }

    /// The next entry. The log says how many there are only from time to time: it ends where there is none. One that was never
    /// finished was never answered, either.
    fn next(&mut self) -> io::Result<Option<Logged>> {
        let [to, sectors, flags, _] = match numbers(&mut self.log) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        };
        if sectors == 0 && flags == 0 {
            return Ok(None);
        }
        self.log.seek_relative(i64::try_from(self.sector - 32).map_err(io::Error::other)?)?;
        self.count += 1;
        let octets = if flags & DISCARD == 0 { sectors * self.sector } else { 0 };
        Ok(Some(Logged { to: to * self.sector, octets, flags }))
    }

    fn skip(&mut self, write: &Logged) -> io::Result<()> {
        self.log.seek_relative(i64::try_from(write.octets).map_err(io::Error::other)?)
    }

    fn copy(&mut self, write: &Logged, to: &mut File) -> io::Result<()> {
        io::copy(&mut (&mut self.log).take(write.octets), to).map(|_| ())
    }
}

/// Four numbers, the least significant octet first.
fn numbers(from: &mut impl Read) -> io::Result<[u64; 4]> {
    let mut numbers = [0; 4];
    for number in &mut numbers {
        let mut octets = [0; 8];
        from.read_exact(&mut octets)?;
        *number = u64::from_le_bytes(octets);
    }
    Ok(numbers)
}

/// With holes where there is nothing.
fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    run(Command::new("cp").arg("--sparse=always").args([from, to]))
}
