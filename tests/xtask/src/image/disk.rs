//! The image of a whole disk: side A, an empty side B, and the data.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::path::Path;

use super::layout::Layout;
use crate::workspace::{program, succeed};

const MEBIOCTET: u64 = 1 << 20;

pub(super) fn make(folder: &Path) -> Result<(), String> {
    let layout = Layout::read()?;
    let disk = folder.join("disk.img");
    let told = |error: io::Error| format!("{}: {error}", disk.display());
    let all: u64 = layout.partitions.iter().map(|partition| partition.octets).sum();
    let file = File::create(&disk).map_err(told)?;
    // The table and its copy take less than a mebioctet each.
    file.set_len(all + 2 * MEBIOCTET).map_err(told)?;
    let mut table = program("sgdisk");
    table.args(["--clear", "--disk-guid=70756D69-6365-4000-8000-000000000000"]);
    let mut start = MEBIOCTET;
    let mut places = Vec::new();
    for (number, partition) in (1_u64..).zip(&layout.partitions) {
        let (first, last) = (start / 512, (start + partition.octets) / 512 - 1);
        table.arg(format!("--new={number}:{first}:{last}"));
        table.arg(format!("--typecode={number}:{}", partition.kind));
        table.arg(format!("--change-name={number}:{}", partition.name));
        table.arg(format!("--partition-guid={number}:70756D69-6365-4000-8000-{number:012}"));
        places.push((partition, start));
        start += partition.octets;
    }
    table.arg(&disk).stdout(std::process::Stdio::null());
    succeed(&mut table)?;
    for (partition, start) in places {
        let content = match partition.name.as_str() {
            "boot-a" => folder.join("boot.img"),
            "root-a" => folder.join("root.img"),
            "data" => data(folder, partition.octets)?,
            _ => continue,
        };
        let mut from = File::open(&content).map_err(told)?;
        let length = from.metadata().map_err(told)?.len();
        if length > partition.octets {
            return Err(format!(
                "{} has {length} octets, its partition {}",
                content.display(),
                partition.octets
            ));
        }
        let mut to = &file;
        to.seek(SeekFrom::Start(start)).map_err(told)?;
        io::copy(&mut from, &mut to).map_err(told)?;
    }
    Ok(())
}

fn data(folder: &Path, octets: u64) -> Result<std::path::PathBuf, String> {
    let image = folder.join("data.img");
    let made = File::create(&image).and_then(|file| file.set_len(octets));
    made.map_err(|error| format!("{}: {error}", image.display()))?;
    succeed(
        program("mke2fs")
            .args(["-q", "-t", "ext4", "-b", "4096", "-L", "data", "-m", "1"])
            .args([
                "-U",
                "70756d69-6365-4000-8000-646174610000",
                "-E",
                "hash_seed=70756d69-6365-4000-8000-646174610000",
            ])
            .arg(&image),
    )?;
    Ok(image)
}
