//! What can be typed.

mod machine;
mod people;
mod settings;
mod software;
mod subscriber;
mod view;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::config::DEFAULT_PATH;
pub(crate) use machine::{
    BackupArgs, BatchCommand, CaptureCommand, HowMuch, LabelArgs, NewCaptureArgs, ResetArgs, RestoreArgs,
    What,
};
pub(crate) use people::{AccountCommand, PasswordArgs, SessionCommand};
pub(crate) use settings::{Assignment, SettingsCommand};
pub(crate) use software::{ImageCommand, SoftwareCommand};
pub(crate) use subscriber::{NewSubscriberArgs, SubscriberCommand};
pub(crate) use view::{CellCommand, EventCommand, SpanWord};

#[cfg(test)]
mod tests;

const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  refused by the gateway, or the gateway could not run
  2  the command line or the configuration is wrong: trying again changes nothing
  3  no gateway answers
  4  run alone: the gateway ended so that whoever supervises it starts it again
  5  run alone: the same, with the whole box
  6  run alone: the box is to be switched off";

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
    #[command(flatten)]
    Operate(Operate),
    /// Do what units of an image with two sides call, as root
    #[command(hide = true)]
    Image {
        #[command(subcommand)]
        command: ImageCommand,
    },
    /// Print what makes a shell complete this program's commands: source it, or put it where the shell looks
    Completions {
        /// The shell
        shell: Shell,
    },
    /// Write the man pages into a folder
    #[cfg(feature = "man")]
    #[command(hide = true)]
    Man {
        /// The folder, which is made
        folder: PathBuf,
    },
}

/// What is asked of a running gateway.
#[derive(Debug, Subcommand)]
pub(crate) enum Operate {
    /// Show the state of the running gateway
    Status {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(flatten)]
        form: Form,
    },
    /// Show the state live, anew every 2 seconds, until q or Ctrl-C; once where there is no terminal
    Top {
        #[command(flatten)]
        gateway: GatewayAddress,
        /// Show it once
        #[arg(long)]
        once: bool,
    },
    /// Manage subscribers
    Subscriber {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: SubscriberCommand,
    },
    /// Manage batches of SIMs that wait to become subscribers
    Batch {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: BatchCommand,
    },
    /// Manage cells
    Cell {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: CellCommand,
    },
    /// Look at what happened
    Event {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: EventCommand,
    },
    /// Look at what is set, and set it
    Settings {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: SettingsCommand,
    },
    /// Manage who may sign in to the page
    Account {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Manage the browsers that somebody is signed in with
    Session {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: SessionCommand,
    },
    /// Show who did what, the newest first
    Audit {
        #[command(flatten)]
        gateway: GatewayAddress,
        /// Entries at most
        #[arg(long, value_name = "ENTRIES", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        #[command(flatten)]
        form: Form,
    },
    /// Show curves of throughput, phones, attaches and delay
    History {
        #[command(flatten)]
        gateway: GatewayAddress,
        /// How far back
        #[arg(value_enum, default_value = "day")]
        span: SpanWord,
        #[command(flatten)]
        form: Form,
    },
    /// Show the box under the gateway: power, clock, disk, connections
    Machine {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(flatten)]
        form: Form,
    },
    /// Start the gateway or the whole box anew
    Restart {
        #[command(flatten)]
        gateway: GatewayAddress,
        /// What
        #[arg(value_enum, default_value = "gateway")]
        what: What,
    },
    /// Forget settings or everything, and start anew
    Reset {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(flatten)]
        reset: ResetArgs,
    },
    /// Write all that the box keeps into a file, encrypted with a recovery key
    Backup {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(flatten)]
        backup: BackupArgs,
    },
    /// Put a backup in the place of all that the box keeps, and start the gateway anew
    Restore {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(flatten)]
        restore: RestoreArgs,
    },
    /// Write a bundle for who is to find a fault, without keys, passwords or codes
    Diagnostics {
        #[command(flatten)]
        gateway: GatewayAddress,
        /// The file to write (gzipped tar), which must not exist; - is the standard output
        file: PathBuf,
    },
    /// Capture packets
    Capture {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: CaptureCommand,
    },
    /// Look at the box's software, update it, or go back to the version before
    Software {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(subcommand)]
        command: SoftwareCommand,
    },
    /// Print what belongs on the box's label: names, addresses, the certificate's fingerprint, the one-time code
    Label {
        #[command(flatten)]
        gateway: GatewayAddress,
        #[command(flatten)]
        label: LabelArgs,
    },
}

impl Operate {
    /// Which gateway is asked.
    pub(crate) const fn gateway(&self) -> &GatewayAddress {
        match self {
            Self::Status { gateway, .. }
            | Self::Top { gateway, .. }
            | Self::Subscriber { gateway, .. }
            | Self::Batch { gateway, .. }
            | Self::Cell { gateway, .. }
            | Self::Event { gateway, .. }
            | Self::Settings { gateway, .. }
            | Self::Account { gateway, .. }
            | Self::Session { gateway, .. }
            | Self::Audit { gateway, .. }
            | Self::History { gateway, .. }
            | Self::Machine { gateway, .. }
            | Self::Restart { gateway, .. }
            | Self::Reset { gateway, .. }
            | Self::Backup { gateway, .. }
            | Self::Restore { gateway, .. }
            | Self::Diagnostics { gateway, .. }
            | Self::Capture { gateway, .. }
            | Self::Software { gateway, .. }
            | Self::Label { gateway, .. } => gateway,
        }
    }
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

/// For whom an answer is.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Form {
    /// Print JSON, for programs
    #[arg(long)]
    pub(crate) json: bool,
}
