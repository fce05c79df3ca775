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
mod house;
mod logging;
mod machine;
#[cfg(feature = "man")]
mod man;
mod operate;
mod privileges;
mod shell;
mod software;
mod start;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use command_line::{Command, CommandLine, ImageCommand};
use config::{ConfigError, Configured};
use operate::{ClientError, Console, OperateError};
use start::RunError;

/// The exit codes that `--help` documents; clap exits with 2 by itself, and those of a gateway that ended by order are in
/// [`start::Finish`].
const DONE: u8 = 0;
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
    #[error(transparent)]
    Software(#[from] software::SoftwareError),
}

impl Failure {
    const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Run(RunError::Config(_)) => WRONG,
            Self::Operate(error) if error.is_of_the_command() => WRONG,
            Self::Operate(OperateError::Gateway(ClientError::Unreachable { .. })) => NO_GATEWAY,
            Self::Operate(_) | Self::Run(_) | Self::Runtime(_) | Self::Software(_) => FAILED,
        }
    }

    /// Whether the log has it already.
    const fn is_logged(&self) -> bool {
        matches!(self, Self::Run(error) if !matches!(error, RunError::Config(_)))
    }
}

fn main() -> ExitCode {
    match carry_out(CommandLine::parse().command) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            if !failure.is_logged() {
                // There is nobody else to tell.
                let _ = writeln!(io::stderr(), "pumice: {failure}");
            }
            ExitCode::from(failure.exit_code())
        }
    }
}

fn carry_out(command: Command) -> Result<u8, Failure> {
    match command {
        Command::Run { config } => return Ok(start::run(&config)?.exit_code()),
        Command::CheckConfig { file } => check(&file)?,
        Command::Operate(command) => {
            let api = operate::api_address(command.gateway()).map_err(OperateError::from)?;
            let (mut input, mut out, mut notes) = (io::stdin(), io::stdout(), io::stderr());
            let mut console = Console { input: &mut input, out: &mut out, notes: &mut notes };
            ask(operate::carry_out(api, command, &mut console))?;
        }
        Command::Image { command } => image(command)?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut CommandLine::command(), "pumice", &mut script);
            io::stdout().write_all(&script).map_err(OperateError::from)?;
        }
        #[cfg(feature = "man")]
        Command::Man { folder } => man::write(&folder).map_err(OperateError::from)?,
    }
    Ok(DONE)
}

/// What units of the image call, as root.
fn image(command: ImageCommand) -> Result<(), Failure> {
    logging::start_plain();
    let places = software::Places::of_image();
    match command {
        ImageCommand::CarryOut => software::carry_out(&places)?,
        ImageCommand::Settle => {
            let api = config::api_address(Path::new(config::DEFAULT_PATH)).unwrap_or(config::DEFAULT_API);
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map_err(Failure::Runtime)?;
            runtime.block_on(software::settle(&places, async || {
                let well = operate::is_well(api).await;
                well.map_err(|reason| match software::is_given_up() {
                    true => software::Unwell::ForGood(reason),
                    false => software::Unwell::Now(reason),
                })
            }))?;
        }
    }
    Ok(())
}

fn check(file: &Path) -> Result<(), Failure> {
    let (_, configured) = config::File::load(file)?;
    let file = file.display();
    let mut out = io::stdout();
    match configured {
        Configured::Whole(settings) => writeln!(out, "{file}: OK\n{settings}"),
        Configured::Unfinished(_, missing) => writeln!(
            out,
            "{file}: OK, and no network yet: {} missing, which the page or `pumice settings set` asks for",
            missing.join(", ")
        ),
    }
    .map_err(OperateError::Output)?;
    Ok(())
}

fn ask(request: impl Future<Output = Result<(), OperateError>>) -> Result<(), Failure> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failure::Runtime)?;
    Ok(runtime.block_on(request)?)
}
