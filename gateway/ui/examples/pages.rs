//! Writes all sample pages and the assets into a folder, to be looked at in a browser:
//! `cargo run -p pumice-ui --features samples --example pages -- DIR`.

use std::io;
use std::path::PathBuf;

use pumice_ui::{Language, asset, samples};

fn main() -> io::Result<()> {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("pages"), PathBuf::from);
    std::fs::create_dir_all(folder.join("assets"))?;
    for asset in asset::ALL {
        let name = asset.path.trim_start_matches('/');
        std::fs::write(folder.join(name), asset.body)?;
    }
    for language in Language::ALL.into_iter().chain([Language::Pseudo]) {
        let place = folder.join(language.tag());
        std::fs::create_dir_all(&place)?;
        for sample in samples::all(language) {
            // A file has no server: its assets lie in the folder above.
            let html = sample.html.into_string().replace("=\"/assets/", "=\"../assets/");
            std::fs::write(place.join(format!("{}.html", sample.name)), html)?;
        }
    }
    Ok(())
}
