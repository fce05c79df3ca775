//! What is done with subscribers.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use pumice_model::identity::{Apn, Imsi};

use super::Form;

/// What is done with subscribers.
#[derive(Debug, Subcommand)]
pub(crate) enum SubscriberCommand {
    /// Add one subscriber
    Add(Box<NewSubscriberArgs>),
    /// List all subscribers
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Show one subscriber
    Show {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
        #[command(flatten)]
        form: Form,
    },
    /// Give a subscriber another name
    Rename {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
        /// What it is called in lists, up to 64 octets
        name: String,
    },
    /// Do not serve a subscriber any more, and detach its phone
    Bar {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
    },
    /// Serve a barred subscriber again
    Allow {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
    },
    /// Set the most that a subscriber may take, from its phone's next attach on
    Limits {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
        /// The most that it sends, bit/s
        #[arg(long, value_name = "BIT/S")]
        uplink: u64,
        /// The most that it receives, bit/s
        #[arg(long, value_name = "BIT/S")]
        downlink: u64,
    },
    /// Show what a subscriber used, by day and by month
    Usage {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
        #[command(flatten)]
        form: Form,
    },
    /// Remove a subscriber and detach its phone
    Remove {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
    },
    /// Add all subscribers of a CSV file, or none of them
    ///
    /// The first line names the columns: imsi, k, and opc or op; others are amf, name, state, apn, qci, priority,
    /// ambr_uplink, ambr_downlink and ims_voice.
    Import {
        /// The file; - is the standard input
        #[arg(value_name = "CSV")]
        file: PathBuf,
        /// Check the file against the gateway and change nothing
        #[arg(long)]
        dry_run: bool,
    },
}

/// A new subscriber. The keys come from a file or the standard input, or, seen by everyone who lists processes, from flags.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("keys").required(true).args(["keys_from", "k"])))]
#[command(group(ArgGroup::new("operator key").args(["op", "opc"]).requires("k").conflicts_with("keys_from")))]
pub(crate) struct NewSubscriberArgs {
    /// The identity on the SIM: 6 to 15 digits
    pub(crate) imsi: Imsi,
    /// Read the keys from a file, or from the standard input (-): lines k=HEX and opc=HEX (or op=HEX)
    #[arg(long, value_name = "FILE")]
    pub(crate) keys_from: Option<PathBuf>,
    /// K, 32 hexadecimal digits. Other users of this machine can see it: better use --keys-from
    #[arg(long, value_name = "HEX", requires = "operator key")]
    pub(crate) k: Option<String>,
    /// OPc, 32 hexadecimal digits; seen like --k
    #[arg(long, value_name = "HEX")]
    pub(crate) opc: Option<String>,
    /// OP, from which OPc is made, 32 hexadecimal digits; seen like --k
    #[arg(long, value_name = "HEX")]
    pub(crate) op: Option<String>,
    /// What the subscriber is called in lists
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The APN [default: as configured]
    #[arg(long)]
    pub(crate) apn: Option<Apn>,
    /// The class of its bearer [default: as configured]
    #[arg(long, value_parser = clap::value_parser!(u8).range(5..=9))]
    pub(crate) qci: Option<u8>,
    /// The most that it sends, bit/s [default: as configured]
    #[arg(long, value_name = "BIT/S", requires = "downlink")]
    pub(crate) uplink: Option<u64>,
    /// The most that it receives, bit/s [default: as configured]
    #[arg(long, value_name = "BIT/S", requires = "uplink")]
    pub(crate) downlink: Option<u64>,
    /// The authentication management field of its SIM [default: as configured]
    #[arg(long, value_name = "HEX")]
    pub(crate) amf: Option<String>,
    /// Do not serve it yet
    #[arg(long)]
    pub(crate) barred: bool,
    /// Tell its phone that voice over IMS works here
    #[arg(long)]
    pub(crate) ims_voice: bool,
}
