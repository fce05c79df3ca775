//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand};
use pumice_model::identity::{Apn, Imsi};

use crate::config::DEFAULT_PATH;

#[cfg(test)]
mod tests;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused by the gateway, or the gateway could not run
  2  the command line or the configuration is wrong: trying again changes nothing
  3  no gateway answers";

/// A mobile core for rural places.
#[derive(Debug, Parser)]
#[command(name = "pumice", version, about, after_help = EXIT_CODES, arg_required_else_help = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is wanted.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the gateway until SIGTERM or SIGINT
    Run {
        /// The configuration file
        #[arg(long, value_name = "FILE", default_value = DEFAULT_PATH)]
        config: PathBuf,
    },
    /// Say what is wrong in a configuration file, or what the gateway would do and take with it
    CheckConfig {
        /// The configuration file
        #[arg(value_name = "FILE", default_value = DEFAULT_PATH)]
        file: PathBuf,
    },
    /// Show the state of the running gateway
    Status {
        #[command(flatten)]
        gateway: GatewayAddress,
        /// Print JSON as the API gives it
        #[arg(long)]
        json: bool,
    },
    /// Manage subscribers of the running gateway
    Subscriber {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: SubscriberCommand,
    },
}

/// Which gateway is meant.
#[derive(Debug, Args)]
pub(crate) struct GatewayAddress {
    /// Where the local API of the gateway listens [default: as its configuration says]
    #[arg(long, value_name = "ADDRESS:PORT", global = true)]
    pub(crate) api: Option<SocketAddr>,
    /// The configuration that says where the API listens [default: /etc/pumice/pumice.toml, if it is there]
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
}

/// What is done with subscribers.
#[derive(Debug, Subcommand)]
pub(crate) enum SubscriberCommand {
    /// Add one subscriber
    Add(Box<NewSubscriberArgs>),
    /// List all subscribers
    List {
        /// Print a JSON array
        #[arg(long)]
        json: bool,
    },
    /// Show one subscriber
    Show {
        /// The identity on the SIM: 6 to 15 digits
        imsi: Imsi,
        /// Print JSON as the API gives it
        #[arg(long)]
        json: bool,
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
