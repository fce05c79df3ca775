//! `pumice label`

use std::io;
use std::path::{Path, PathBuf};

use pumice_web::dto::Label;
use serde::Serialize;

use super::client::Client;
use super::text::facts;
use super::{Console, OperateError, file, pretty};
use crate::command_line::{GatewayAddress, LabelArgs};
use crate::config::{Configured, DEFAULT_PATH, File};

/// Where the secrets of the label are unless configured.
const FOLDER: &str = "/var/lib/pumice/label";

/// The file of the one-time code in it.
const CODE: &str = "code";

/// All that is printed on a label.
#[derive(Serialize)]
struct Whole<'c> {
    #[serde(flatten)]
    facts: Label,
    one_time_code: Option<&'c str>,
}

pub(super) async fn show(
    client: &Client,
    gateway: &GatewayAddress,
    args: &LabelArgs,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let code = if args.without_code {
        None
    } else {
        let path = folder(gateway, args).join(CODE);
        Some(file::secret(&path, &mut io::empty(), "the one-time code, as whoever is root reads it,")?)
    };
    let one_time_code = code.as_deref().map(String::as_str);
    let whole = Whole { facts: client.fetch("/api/v1/label").await?, one_time_code };
    if args.form.json {
        return pretty(console.out, &whole);
    }
    console.out.write_all(in_words(&whole).as_bytes())?;
    Ok(())
}

/// As told, as the configuration says, or where it usually is.
fn folder(gateway: &GatewayAddress, args: &LabelArgs) -> PathBuf {
    if let Some(folder) = &args.folder {
        return folder.clone();
    }
    let file = gateway.config.as_deref().unwrap_or_else(|| Path::new(DEFAULT_PATH));
    let folder = |(_, configured): (File, Configured)| configured.ground().page.label.clone();
    File::load(file).map_or_else(|_| PathBuf::from(FOLDER), folder)
}

fn in_words(whole: &Whole<'_>) -> String {
    let Label { board, names, addresses, fingerprint } = &whole.facts;
    let mut rows = vec![("board", board.clone())];
    rows.extend(names.iter().map(|name| ("page", format!("https://{name}"))));
    rows.extend(addresses.iter().map(|address| ("page", format!("https://{}", bracketed(address)))));
    let none = || "none yet: the page has not started".to_owned();
    rows.push(("fingerprint", fingerprint.clone().unwrap_or_else(none)));
    rows.extend(whole.one_time_code.iter().map(|code| ("one-time code", (*code).to_owned())));
    facts(&rows)
}

/// An address as it stands in a URL (RFC 3986 3.2.2).
fn bracketed(address: &str) -> String {
    if address.contains(':') { format!("[{address}]") } else { address.to_owned() }
}
