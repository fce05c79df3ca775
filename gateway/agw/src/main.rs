//! The access gateway: `pumice run` is a whole LTE core, the other commands talk to a running one through its local API.
//!
//! ```text
//!              cells (S1AP)        API, command line      phones (GTP-U)
//!                   |                      |                    |
//!   thread:     [ sctp ]              [ web ]            [ dataplane ]
//!                   \                  |                    /
//!   thread:          `----------- [ shell ] --------------'
//!                                  |     |
//!                             [ core ] [ store ] :thread
//! ```
//!
//! This crate is thin: it reads the configuration ([`config`]), opens the rooms with as few privileges as they need
//! ([`start`], [`privileges`]), and carries what happens between them and the core in the one order that loses nothing
//! ([`shell`]). No decision about a phone is made here.

mod command_line;
mod config;
mod logging;
mod operate;
mod privileges;
mod shell;
mod start;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use command_line::{Command, CommandLine};
use config::ConfigError;
use operate::{ClientError, OperateError};
use start::RunError;

/// The exit codes that `--help` documents; clap exits with 2 by itself.
const FAILED: u8 = 1;
const WRONG: u8 = 2;
const NO_GATEWAY: u8 = 3;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Operate(#[from] OperateError),
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Failure {
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Run(RunError::Config(_)) => WRONG,
            Self::Operate(OperateError::Config(_) | OperateError::Keys(_)) => WRONG,
            Self::Operate(OperateError::Gateway(ClientError::Unreachable { .. })) => NO_GATEWAY,
            Self::Operate(_) | Self::Run(_) | Self::Runtime(_) => FAILED,
        }
    }

    /// Whether the log has it already.
    const fn is_logged(&self) -> bool {
        matches!(self, Self::Run(error) if !matches!(error, RunError::Config(_)))
    }
}

fn main() -> ExitCode {
    match carry_out(CommandLine::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            if !failure.is_logged() {
                // There is nobody else to tell.
                let _ = writeln!(io::stderr(), "pumice: {failure}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn carry_out(command: Command) -> Result<(), Failure> {
    match command {
        Command::Run { config } => Ok(start::run(&config)?),
        Command::CheckConfig { file } => check(&file),
        Command::Status { gateway, json } => {
            let api = operate::api_address(&gateway)?;
            Ok(ask(operate::status(api, json, &mut io::stdout()))?)
        }
        Command::Subscriber { gateway, command } => {
            let api = operate::api_address(&gateway)?;
            let (mut input, mut output) = (io::stdin(), io::stdout());
            Ok(ask(operate::subscriber(api, command, &mut input, &mut output))?)
        }
    }
}

fn check(file: &Path) -> Result<(), Failure> {
    let settings = config::load(file)?;
    let file = file.display();
    writeln!(io::stdout(), "{file}: OK\n{settings}").map_err(OperateError::Output)?;
    Ok(())
}

fn ask(request: impl Future<Output = Result<(), OperateError>>) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    Ok(runtime.block_on(request)?)
}
