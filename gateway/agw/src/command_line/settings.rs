//! What is done with settings.

use clap::Subcommand;
use pumice_model::settings::{SETTINGS, setting};

use super::Form;

/// What is done with settings.
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Show every setting with its value
    Show {
        #[command(flatten)]
        form: Form,
    },
    /// Say what some values would change and start anew, or what is wrong with them
    Preview {
        /// What is to be set; an empty value takes a key back to what the configuration file says
        #[arg(value_name = "KEY=VALUE", required = true)]
        values: Vec<Assignment>,
        #[command(flatten)]
        form: Form,
    },
    /// Set values. Where something starts anew they go back after 90 seconds, unless they are kept
    Set {
        /// What is to be set; an empty value takes a key back to what the configuration file says. KEY=- reads the
        /// value from the standard input, where other users cannot see it
        #[arg(value_name = "KEY=VALUE", required = true)]
        values: Vec<Assignment>,
        #[command(flatten)]
        form: Form,
    },
    /// Keep what is on trial
    Keep,
    /// Go back from what is on trial
    GoBack,
    /// Show what was set when and by whom, the newest first
    History {
        #[command(flatten)]
        form: Form,
    },
    /// Set again all that a revision had set
    Return {
        /// Its number in the history
        revision: u64,
        #[command(flatten)]
        form: Form,
    },
}

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) key: &'static str,
    pub(crate) value: String,
}

impl core::str::FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (key, value) = text.split_once('=').ok_or("KEY=VALUE is wanted, as network.name=Village")?;
        match setting(key) {
            Some(spec) => Ok(Self { key: spec.key, value: value.to_owned() }),
            None => Err(unknown(key)),
        }
    }
}

/// Names the keys of the section that was meant, or the last part that fits.
fn unknown(key: &str) -> String {
    let section = key.split('.').next().unwrap_or(key);
    let last = key.rsplit('.').next().unwrap_or(key);
    let is_near =
        |known: &&str| known.split('.').next() == Some(section) || known.rsplit('.').next() == Some(last);
    let near: Vec<&str> = SETTINGS.iter().map(|spec| spec.key).filter(is_near).collect();
    match near.as_slice() {
        [] => "there is no such setting; `pumice settings show` lists all".to_owned(),
        near => format!("there is no such setting; near are {}", near.join(", ")),
    }
}
