//! The configuration file: read as TOML, checked wholly, and only then a value. `pumice.example.toml` describes every key.

mod document;
mod overlay;
mod sections;
mod settings;
mod summary;
mod surroundings;
mod value;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use pumice_model::settings::Values;

pub(crate) use document::Mistake;
pub(crate) use settings::{
    BackhaulSettings, BoardSettings, ClockSettings, ClockTrust, Ground, ImsiInLog, LogSettings, Nat,
    Settings, SoftwareSettings, StoreSettings, Way,
};

#[cfg(test)]
mod tests;

/// Where the configuration is looked for.
pub(crate) const DEFAULT_PATH: &str = "/etc/pumice/pumice.toml";

/// Where the local API listens unless configured.
pub(crate) const DEFAULT_API: SocketAddr = settings::API;

/// Files larger than this are no configuration.
const LARGEST: u64 = 1 << 20;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: {source}. Name another file with --config FILE", path = path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// The file has mistakes.
    #[error("{}", Mistakes { path, mistakes })]
    Wrong {
        /// Which file.
        path: PathBuf,
        /// All of them, by line.
        mistakes: Vec<Mistake>,
    },
}

/// Checks a text of which nothing may be missing.
#[cfg(test)]
pub(crate) fn parse(text: &str) -> Result<Settings, Vec<Mistake>> {
    match read_text(text) {
        (_, Some(settings), mistakes) if mistakes.is_empty() => Ok(settings),
        (_, _, mistakes) => Err(mistakes),
    }
}

/// What a configuration file comes to, with what an owner has set laid over it.
#[derive(Debug, Clone)]
pub(crate) enum Configured {
    /// A network.
    Whole(Box<Settings>),
    /// A box that is not set up yet, and the keys that are missing.
    Unfinished(Box<Ground>, Vec<String>),
}

impl Configured {
    /// What there is in both cases.
    pub(crate) fn ground(&self) -> &Ground {
        match self {
            Self::Whole(settings) => &settings.ground,
            Self::Unfinished(ground, _) => ground,
        }
    }
}

/// A configuration file that is right in itself; keys may be missing that an owner is to set.
#[derive(Debug, Clone)]
pub(crate) struct File {
    text: String,
}

impl File {
    /// Reads and checks a file; gives with it what it comes to by itself.
    pub(crate) fn load(path: &Path) -> Result<(Self, Configured), ConfigError> {
        let file = Self { text: read(path)? };
        let wrong = |mistakes| ConfigError::Wrong { path: path.to_owned(), mistakes };
        let base = file.with(&Values::new()).map_err(wrong)?;
        Ok((file, base))
    }

    /// A file without a key: what the mistakes in `values` are judged by.
    #[cfg(test)]
    pub(crate) fn of(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// The file with values laid over it.
    pub(crate) fn with(&self, values: &Values) -> Result<Configured, Vec<Mistake>> {
        // Untouched where nothing is laid over it, so that mistakes have its lines.
        let (text, mut mistakes) = if values.is_empty() {
            (self.text.clone(), Vec::new())
        } else {
            overlay::lay(&self.text, values)
        };
        let (ground, settings, more) = read_text(&text);
        mistakes.extend(more);
        let (absent, wrong): (Vec<_>, Vec<_>) = mistakes.into_iter().partition(|mistake| mistake.absent);
        match (ground, settings) {
            _ if !wrong.is_empty() => Err(wrong),
            (_, Some(settings)) if absent.is_empty() => Ok(Configured::Whole(Box::new(settings))),
            (Some(ground), _) => Ok(Configured::Unfinished(
                Box::new(ground),
                absent.into_iter().map(|mistake| mistake.key).collect(),
            )),
            (None, _) => Err(absent),
        }
    }

    /// What the file itself has for each key that an owner can set.
    pub(crate) fn values(&self) -> Values {
        overlay::of_file(&self.text)
    }
}

/// What each key that an owner can set is by default: what the example file says, but for what has no default.
pub(crate) fn defaults() -> Values {
    const EXAMPLE: &str = include_str!("../pumice.example.toml");
    let mut values = overlay::of_file(EXAMPLE);
    values.retain(|key, _| !["network.plmn", "user_plane.listen"].contains(&key.as_str()));
    values
}

fn read_text(text: &str) -> (Option<Ground>, Option<Settings>, Vec<Mistake>) {
    let document = document::Document::parse(text);
    let broken = document.mistakes();
    if !broken.is_empty() {
        return (None, None, broken);
    }
    let (ground, settings) = sections::read(&document).unzip();
    (ground, settings.flatten(), document.mistakes())
}

/// Where the local API of the gateway with this configuration listens, whatever else is wrong in the file: a gateway that
/// was started earlier may still run.
pub(crate) fn api_address(path: &Path) -> Result<SocketAddr, ConfigError> {
    let text = read(path)?;
    let document = document::Document::parse(&text);
    Ok(sections::api_address(&document))
}

fn read(path: &Path) -> Result<String, ConfigError> {
    let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
    let size = fs::metadata(path).map_err(unreadable)?.len();
    if size > LARGEST {
        let reason = format!("{size} octets are no configuration");
        return Err(unreadable(io::Error::new(io::ErrorKind::FileTooLarge, reason)));
    }
    fs::read_to_string(path).map_err(unreadable)
}

struct Mistakes<'a> {
    path: &'a Path,
    mistakes: &'a [Mistake],
}

impl fmt::Display for Mistakes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let file = self.path.display();
        for Mistake { line, key, reason, .. } in self.mistakes {
            let between = if key.is_empty() { "" } else { " " };
            writeln!(f, "{file}:{line}: {key}{between}{reason}")?;
        }
        match self.mistakes.len() {
            1 => f.write_str("1 mistake; nothing was started"),
            n => write!(f, "{n} mistakes; nothing was started"),
        }
    }
}
