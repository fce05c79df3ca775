//! A file system in memory for the kernel to start from: cpio in its format `newc` (the kernel's
//! `Documentation/driver-api/early-userspace/buffer-format.rst`).

use std::io::{self, Write};

const DIRECTORY: u32 = 0o040_755;
const PROGRAM: u32 = 0o100_755;

/// An archive that is written.
#[derive(Default)]
pub(crate) struct Archive {
    octets: Vec<u8>,
    entries: u32,
}

impl Archive {
    /// A folder. The folders above it come first.
    pub(crate) fn folder(&mut self, path: &str) {
        self.entry(path, DIRECTORY, &[]);
    }

    /// A file that may be run.
    pub(crate) fn file(&mut self, path: &str, content: &[u8]) {
        self.entry(path, PROGRAM, content);
    }

    /// The archive, ended.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.entry("TRAILER!!!", 0, &[]);
        self.octets
    }

    fn entry(&mut self, path: &str, mode: u32, content: &[u8]) {
        self.entries += 1;
        let size = u32::try_from(content.len()).expect("a file below 4 GiB");
        let name = u32::try_from(path.len() + 1).expect("a short name");
        // Inode, mode, owner, group, links, time, size, four numbers of devices, length of the name, check.
        let fields = [self.entries, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name, 0];
        self.octets.extend_from_slice(b"070701");
        for field in fields {
            write!(self.octets, "{field:08x}").expect("memory");
        }
        self.octets.extend_from_slice(path.as_bytes());
        self.octets.push(0);
        self.align();
        self.octets.extend_from_slice(content);
        self.align();
    }

    fn align(&mut self) {
        let end = self.octets.len().next_multiple_of(4);
        self.octets.resize(end, 0);
    }
}

/// Writes all that the guest needs: the program, the libraries that it is linked to, and the modules.
pub(crate) fn write(
    target: &mut impl Write,
    init: &[u8],
    libraries: &[(&str, Vec<u8>)],
    modules: &[(&str, Vec<u8>)],
) -> io::Result<()> {
    let mut archive = Archive::default();
    archive.file("init", init);
    for (folder, files) in [("lib", libraries), ("modules", modules)] {
        archive.folder(folder);
        for (name, content) in files {
            archive.file(&format!("{folder}/{name}"), content);
        }
    }
    target.write_all(&archive.finish())
}
