//! The style sheet and the scripts, compiled in.

use std::sync::OnceLock;

/// The content security policy under which every page works.
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                          form-action 'self'; frame-ancestors 'none'; base-uri 'none'; media-src 'self' blob:";

/// A file that pages refer to.
#[derive(Debug)]
pub struct Asset {
    /// Its path on the server.
    pub path: &'static str,
    /// Its type.
    pub content_type: &'static str,
    /// Its octets.
    pub body: &'static [u8],
    digest: OnceLock<u64>,
}

/// The style sheet.
pub static STYLE: Asset =
    Asset::new("/assets/app.css", "text/css; charset=utf-8", include_bytes!("../assets/app.css"));
/// The script of every page.
pub static SCRIPT: Asset =
    Asset::new("/assets/app.js", "text/javascript; charset=utf-8", include_bytes!("../assets/app.js"));
/// The script of the page that scans.
pub static SCAN: Asset =
    Asset::new("/assets/scan.js", "text/javascript; charset=utf-8", include_bytes!("../assets/scan.js"));
/// The QR reader for browsers that have none: loaded by [`SCAN`] when it is needed.
pub static JSQR: Asset = Asset::new(
    "/assets/jsqr.js",
    "text/javascript; charset=utf-8",
    include_bytes!("../assets/vendor/jsqr/jsQR.js"),
);
/// The licence of the QR reader.
pub static JSQR_LICENCE: Asset = Asset::new(
    "/assets/jsqr-licence.txt",
    "text/plain; charset=utf-8",
    include_bytes!("../assets/vendor/jsqr/LICENSE"),
);
/// The mark in the browser's tab.
pub static ICON: Asset =
    Asset::new("/assets/icon.svg", "image/svg+xml", include_bytes!("../assets/icon.svg"));

/// All of them.
pub static ALL: [&Asset; 6] = [&STYLE, &SCRIPT, &SCAN, &JSQR, &JSQR_LICENCE, &ICON];

impl Asset {
    const fn new(path: &'static str, content_type: &'static str, body: &'static [u8]) -> Self {
        Self { path, content_type, body, digest: OnceLock::new() }
    }

    /// The asset at a path, without its query.
    pub fn at(path: &str) -> Option<&'static Self> {
        ALL.into_iter().find(|asset| asset.path == path)
    }

    /// A tag that changes with the octets. It tells versions apart and is no defence (FNV-1a).
    pub fn tag(&self) -> String {
        let digest = self.digest.get_or_init(|| {
            self.body.iter().fold(0xcbf2_9ce4_8422_2325, |digest, octet| {
                (digest ^ u64::from(*octet)).wrapping_mul(0x0100_0000_01b3)
            })
        });
        format!("{digest:016x}")
    }

    /// What pages refer to: the path with the tag as its query, so that a browser may keep the answer for ever.
    pub fn href(&self) -> String {
        format!("{}?v={}", self.path, self.tag())
    }
}

#[cfg(test)]
mod tests;
