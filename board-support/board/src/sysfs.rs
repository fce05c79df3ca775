//! What the kernel shows of the board in files, below a root that tests replace.
//!
//! All that is read is bounded: [`MAX_READ`] octets of a file, [`MAX_ENTRIES`] names of a directory. Values outside of what
//! can be are no values.

#[cfg(test)]
mod tests;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::str::FromStr;

/// The most octets that are read of a file.
pub const MAX_READ: usize = 4096;
/// The most names that are read of a directory.
pub const MAX_ENTRIES: usize = 256;

/// The file system below a root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The file system below `root`, which is `/` but in tests.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// A path, given from `/`, below the root.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Whether something is there.
    pub fn exists(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// The first octets of a file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let mut octets = Vec::new();
        File::open(self.path(path))?.take(MAX_READ as u64).read_to_end(&mut octets)?;
        Ok(octets)
    }

    /// A file's text, without white space around it.
    ///
    /// # Errors
    /// It cannot be read, or is no text.
    pub fn text(&self, path: &str) -> io::Result<String> {
        let text = String::from_utf8(self.read(path)?);
        let text = text.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Ok(text.trim().to_owned())
    }

    /// A file's number.
    ///
    /// # Errors
    /// It cannot be read, or is no number of that kind.
    pub fn number<T: FromStr>(&self, path: &str) -> io::Result<T> {
        let wrong = || io::Error::new(io::ErrorKind::InvalidData, "not a number of this kind");
        self.text(path)?.parse().map_err(|_| wrong())
    }

    /// Writes to a file that is there.
    ///
    /// # Errors
    /// It is not there, or refuses.
    pub fn write(&self, path: &str, text: &str) -> io::Result<()> {
        let mut options = OpenOptions::new();
        // Files of the kernel are never created and know no truncating; those of a test must not keep their rest.
        options.write(true).truncate(true).open(self.path(path))?.write_all(text.as_bytes())
    }

    /// The names in a directory, sorted as a person would (`hwmon2` before `hwmon10`); none if it is not there.
    pub fn names(&self, directory: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(directory)).into_iter().flatten().flatten().take(MAX_ENTRIES);
        let mut names: Vec<String> =
            entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort_by_cached_key(|name| {
            let stem = name.trim_end_matches(|each: char| each.is_ascii_digit());
            (stem.to_owned(), name.len(), name.clone())
        });
        names
    }

    /// The first directory in `class` whose file `key` says `value`.
    pub fn find(&self, class: &str, key: &str, value: &str) -> Option<String> {
        let directories = self.names(class).into_iter().map(|name| format!("{class}/{name}"));
        directories
            .into_iter()
            .find(|directory| self.text(&format!("{directory}/{key}")).is_ok_and(|text| text == value))
    }
}

/// A thermal zone.
#[derive(Debug, Clone)]
pub struct ThermalZone {
    file: String,
}

impl ThermalZone {
    /// Finds a zone by its type.
    pub fn find(tree: &Tree, kind: &str) -> Option<Self> {
        let directory = tree.find("/sys/class/thermal", "type", kind)?;
        Some(Self { file: format!("{directory}/temp") })
    }

    /// Thousandths of a degree Celsius; nothing if the sensor says what no board survives.
    pub fn millidegrees(&self, tree: &Tree) -> Option<i32> {
        tree.number(&self.file).ok().filter(|millidegrees| (-60_000..=150_000).contains(millidegrees))
    }
}

/// A fan's PWM.
#[derive(Debug, Clone)]
pub struct Pwm {
    directory: String,
    written: Option<u8>,
}

impl Pwm {
    /// Finds the hwmon device by its name.
    pub fn find(tree: &Tree, hwmon: &str) -> Option<Self> {
        let directory = tree.find("/sys/class/hwmon", "name", hwmon)?;
        tree.exists(&format!("{directory}/pwm1")).then_some(Self { directory, written: None })
    }

    /// Turns the fan at so many percent; writes only what changes.
    ///
    /// # Errors
    /// The kernel refuses; the next call tries again.
    pub fn turn(&mut self, tree: &Tree, percent: u8) -> io::Result<()> {
        if self.written == Some(percent) {
            return Ok(());
        }
        if self.written.take().is_none() {
            let manual = format!("{}/pwm1_enable", self.directory);
            if tree.exists(&manual) {
                tree.write(&manual, "1")?;
            }
        }
        let value = u16::from(percent.min(100)) * 255 / 100;
        tree.write(&format!("{}/pwm1", self.directory), &value.to_string())?;
        self.written = Some(percent);
        Ok(())
    }

    /// How fast it turns, if it says so.
    pub fn rpm(&self, tree: &Tree) -> Option<u32> {
        tree.number(&format!("{}/fan1_input", self.directory)).ok()
    }
}

/// A file that says that the board's supply is too weak.
#[derive(Debug, Clone)]
pub struct UndervoltageAlarm {
    file: String,
}

impl UndervoltageAlarm {
    /// Finds the hwmon device by its name.
    pub fn find(tree: &Tree, hwmon: &str) -> Option<Self> {
        let file = format!("{}/in0_lcrit_alarm", tree.find("/sys/class/hwmon", "name", hwmon)?);
        tree.exists(&file).then_some(Self { file })
    }

    /// Whether the supply was too weak since it was asked last.
    pub fn is_raised(&self, tree: &Tree) -> Option<bool> {
        tree.number::<u8>(&self.file).ok().map(|alarm| alarm != 0)
    }
}

/// What a real-time clock says, in seconds since 1970; nothing if it lost its supply and says so by an error.
pub fn rtc_seconds(tree: &Tree, name: &str) -> Option<u64> {
    tree.number(&format!("/sys/class/rtc/{name}/since_epoch")).ok()
}

/// A supply that the kernel knows: a battery, a charger, mains.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PowerSupply {
    /// Its name.
    pub name: String,
    /// `Battery`, `Mains`, `USB`...
    pub kind: String,
    /// Whether it delivers, for mains and USB.
    pub online: Option<bool>,
    /// `Charging`, `Discharging`, `Full`...
    pub status: Option<String>,
    /// Of its charge, in percent.
    pub percent: Option<u8>,
    /// Its voltage.
    pub millivolts: Option<u32>,
}

/// The most supplies that are read.
pub const MAX_SUPPLIES: usize = 8;

/// The supplies that the kernel knows.
pub fn power_supplies(tree: &Tree) -> Vec<PowerSupply> {
    let read = |name: String| {
        let file = |key| format!("/sys/class/power_supply/{name}/{key}");
        let kind = tree.text(&file("type")).ok()?;
        let online = tree.number::<u8>(&file("online")).ok().map(|online| online != 0);
        let percent = tree.number(&file("capacity")).ok().filter(|percent| *percent <= 100);
        let microvolts = tree.number::<u32>(&file("voltage_now")).ok();
        let status = tree.text(&file("status")).ok();
        Some(PowerSupply {
            kind,
            online,
            status,
            percent,
            millivolts: microvolts.map(|each| each / 1000),
            name,
        })
    };
    tree.names("/sys/class/power_supply").into_iter().filter_map(read).take(MAX_SUPPLIES).collect()
}
