//! Files that commands read and write, in bounded size. `-` is the standard input or output.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A secret is one line.
const SECRET: u64 = 4 << 10;

/// Why a file cannot be used. None of the texts holds what is in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FileError {
    /// There is nothing on the first line.
    #[error("the first line of {path} is empty; {what} is wanted there", path = path.display())]
    Empty {
        /// Which file.
        path: PathBuf,
        /// What should be in it.
        what: &'static str,
    },
    /// It is larger than it may be.
    #[error("{path} has more than {most} octets{advice}", path = path.display())]
    TooLarge {
        /// Which file.
        path: PathBuf,
        /// What it may have.
        most: u64,
        /// What to do.
        advice: &'static str,
    },
    /// It cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// It cannot be written.
    #[error("cannot write {path}: {source}{advice}", path = path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
        /// What to do.
        advice: &'static str,
    },
}

pub(super) fn is_standard(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// The octets of a file, which are wiped when dropped because there may be keys among them.
pub(super) fn read(
    path: &Path,
    input: &mut dyn Read,
    most: u64,
    advice: &'static str,
) -> Result<Zeroizing<Vec<u8>>, FileError> {
    let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
    let mut octets = Zeroizing::new(Vec::new());
    if is_standard(path) {
        input.take(most + 1).read_to_end(&mut octets).map_err(unreadable)?;
    } else {
        let file = File::open(path).map_err(unreadable)?;
        // Room from the beginning: what grows leaves copies behind.
        let size = file.metadata().map_err(unreadable)?.len().min(most);
        octets.reserve(usize::try_from(size).unwrap_or(0) + 1);
        file.take(most + 1).read_to_end(&mut octets).map_err(unreadable)?;
    }
    if u64::try_from(octets.len()).is_ok_and(|octets| octets <= most) {
        Ok(octets)
    } else {
        Err(FileError::TooLarge { path: path.to_owned(), most, advice })
    }
}

/// A file to be read piece by piece.
pub(super) fn open<'a>(path: &Path, input: &'a mut dyn Read) -> Result<Box<dyn Read + 'a>, FileError> {
    if is_standard(path) {
        return Ok(Box::new(input));
    }
    let file = File::open(path).map_err(|source| FileError::Unreadable { path: path.to_owned(), source })?;
    Ok(Box::new(file))
}

/// The first line of a file, without the spaces around it.
pub(super) fn secret(
    path: &Path,
    input: &mut dyn Read,
    what: &'static str,
) -> Result<Zeroizing<String>, FileError> {
    let octets = read(path, input, SECRET, "; a secret is one line")?;
    let text = core::str::from_utf8(&octets).map_err(|_| FileError::Unreadable {
        path: path.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8"),
    })?;
    match text.lines().next().map(str::trim) {
        None | Some("") => Err(FileError::Empty { path: path.to_owned(), what }),
        Some(line) => Ok(Zeroizing::new(line.to_owned())),
    }
}

/// A file that is there before what it is for is asked, so that an answer that comes once finds its place. Only its owner may
/// read it.
pub(super) struct NewFile<'p> {
    path: &'p Path,
    file: Option<File>,
}

impl<'p> NewFile<'p> {
    pub(super) fn create(path: &'p Path) -> Result<Self, FileError> {
        if is_standard(path) {
            return Ok(Self { path, file: None });
        }
        let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        let unwritable = |source: io::Error| {
            let exists = source.kind() == io::ErrorKind::AlreadyExists;
            let advice = if exists { "; name another, or remove it first" } else { "" };
            FileError::Unwritable { path: path.to_owned(), source, advice }
        };
        Ok(Self { path, file: Some(file.map_err(unwritable)?) })
    }

    /// Writes what it is for, to the disk. Without an answer there is no file.
    pub(super) fn fill<E>(self, octets: Result<Vec<u8>, E>, out: &mut dyn Write) -> Result<usize, E>
    where
        E: From<FileError>,
    {
        let octets = octets.inspect_err(|_| self.discard())?;
        let written = match &self.file {
            None => out.write_all(&octets),
            Some(file) => (&*file).write_all(&octets).and_then(|()| file.sync_all()),
        };
        written.map_err(|source| {
            self.discard();
            FileError::Unwritable { path: self.path.to_owned(), source, advice: "" }
        })?;
        Ok(octets.len())
    }

    /// Half a file would be taken for a whole one.
    fn discard(&self) {
        if self.file.is_some() {
            // What cannot be removed is empty or broken, and the error that is told says that it failed.
            let _ = std::fs::remove_file(self.path);
        }
    }
}
