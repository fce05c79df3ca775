//! What is done with the box, its backups, captures and batches of SIMs.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};
use pumice_model::identity::Imsi;

use super::Form;

/// What starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum What {
    /// The gateway: cells come back within seconds
    Gateway,
    /// The whole box
    Box,
}

/// How much is forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum HowMuch {
    /// What was set on the page or by `pumice settings`; phones stay
    Settings,
    /// Everything but the label: accounts, phones, settings, history
    Factory,
}

/// A reset.
#[derive(Debug, Args)]
pub(crate) struct ResetArgs {
    /// How much is forgotten
    #[arg(value_enum)]
    pub(crate) how_much: HowMuch,
    /// Do not ask for the word RESET
    #[arg(long)]
    pub(crate) yes: bool,
}

/// A backup.
#[derive(Debug, Args)]
pub(crate) struct BackupArgs {
    /// The file to write, which must not exist; - is the standard output
    pub(crate) file: PathBuf,
    /// Read the recovery key from a file, or from the standard input (-), instead of making one and printing it once
    #[arg(long, value_name = "FILE")]
    pub(crate) recovery_key_from: Option<PathBuf>,
}

/// A backup to be restored.
#[derive(Debug, Args)]
pub(crate) struct RestoreArgs {
    /// The backup
    pub(crate) file: PathBuf,
    /// Read the recovery key from a file, or from the standard input (-)
    #[arg(long, value_name = "FILE", default_value = "-")]
    pub(crate) recovery_key_from: PathBuf,
}

/// What is done with captures.
#[derive(Debug, Subcommand)]
pub(crate) enum CaptureCommand {
    /// Begin to capture packets of an interface or of a phone
    Start(NewCaptureArgs),
    /// End a capture; its file stays
    Stop {
        /// Its name, as the list shows it
        name: String,
    },
    /// List captures
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Write a capture's packets into a file (pcap)
    Get {
        /// Its name, as the list shows it
        name: String,
        /// The file to write, which must not exist; - is the standard output
        file: PathBuf,
    },
    /// Remove a capture and its file
    Remove {
        /// Its name, as the list shows it
        name: String,
    },
}

/// A capture to begin.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("whose").required(true).multiple(true).args(["interface", "phone"])))]
pub(crate) struct NewCaptureArgs {
    /// The interface; `pumice machine` shows all
    #[arg(long)]
    pub(crate) interface: Option<String>,
    /// Only packets of this phone, by its IMSI
    #[arg(long, value_name = "IMSI", conflicts_with = "address")]
    pub(crate) phone: Option<Imsi>,
    /// Only packets of this address
    #[arg(long)]
    pub(crate) address: Option<IpAddr>,
    /// Seconds at most
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub(crate) seconds: u32,
    /// Octets of the file at most
    #[arg(long, default_value_t = 8 << 20, value_parser = clap::value_parser!(u64).range(4_096..=15_728_640))]
    pub(crate) octets: u64,
}

/// What is done with batches.
#[derive(Debug, Subcommand)]
pub(crate) enum BatchCommand {
    /// Encrypt a CSV file of SIMs with a passphrase, for a box to import; asks no gateway
    ///
    /// The first line names the columns: iccid, imsi, k, and opc or op; others are amf, name, state, apn, qci, priority,
    /// ambr_uplink, ambr_downlink and ims_voice.
    Seal {
        /// The CSV file; - is the standard input
        #[arg(value_name = "CSV")]
        csv: PathBuf,
        /// The file to write, which must not exist
        #[arg(value_name = "BATCH")]
        batch: PathBuf,
        /// Read the passphrase from the first line of a file, or of the standard input (-)
        #[arg(long, value_name = "FILE")]
        passphrase_from: PathBuf,
    },
    /// Let the SIMs of an encrypted file wait on the box until they are sold
    Import {
        /// The file
        #[arg(value_name = "BATCH")]
        batch: PathBuf,
        /// Read the passphrase from the first line of a file, or of the standard input (-)
        #[arg(long, value_name = "FILE")]
        passphrase_from: PathBuf,
    },
    /// Show how many SIMs wait
    Size {
        #[command(flatten)]
        form: Form,
    },
    /// Make a SIM that waits a subscriber
    Subscribe {
        /// The number printed on the card; spaces and hyphens do not count
        #[arg(value_parser = iccid)]
        iccid: String,
        /// What the subscriber is called in lists
        #[arg(long)]
        name: Option<String>,
    },
}

/// The digits alone. Whether they are a card's number says the gateway.
fn iccid(text: &str) -> Result<String, &'static str> {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '-')).collect();
    let legal = (18..=20).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
    if legal { Ok(digits) } else { Err("the number on a SIM card has 18 to 20 digits") }
}

/// A label.
#[derive(Debug, Args)]
pub(crate) struct LabelArgs {
    /// The folder of the label's secrets [default: page.label of the configuration]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// Leave the one-time code out
    #[arg(long)]
    pub(crate) without_code: bool,
    #[command(flatten)]
    pub(crate) form: Form,
}
