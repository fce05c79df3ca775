//! The commands that an operator gives to a running gateway, through its local API.

mod backup;
mod batch;
mod capture;
mod cell;
mod client;
mod event;
mod file;
mod history;
mod keys;
mod label;
mod machine;
mod people;
mod settings;
mod software;
mod status;
mod subscriber;
mod table;
mod text;
mod top;

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::path::Path;

use pumice_model::identity::Imsi;
use serde::Serialize;

use crate::command_line::{GatewayAddress, Operate};
use crate::config::{self, ConfigError, DEFAULT_API, DEFAULT_PATH};
use client::Client;
pub(crate) use client::ClientError;
pub(crate) use file::FileError;
pub(crate) use keys::KeysError;

#[cfg(test)]
mod tests;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum OperateError {
    /// A batch file cannot be sealed.
    #[error(transparent)]
    Batch(#[from] pumice_web::batch_file::BatchFileError),
    /// The gateway's configuration does not say where it listens.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Nobody typed the word that confirms.
    #[error("not confirmed, nothing was done; type RESET when asked, or give --yes")]
    Declined,
    /// A file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The gateway does not answer, or refuses.
    #[error(transparent)]
    Gateway(#[from] ClientError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// A value is not what it should be.
    #[error(transparent)]
    Model(#[from] pumice_model::ModelError),
    /// A recovery key was mistyped.
    #[error(
        "this is no recovery key: it has six groups of four letters and digits, and the last of them notices a mistake"
    )]
    NoRecoveryKey,
    /// There is no such subscriber.
    #[error("there is no subscriber {imsi}; `pumice subscriber list` shows all", imsi = .0.digits())]
    NoSubscriber(Imsi),
    /// What was named is not there.
    #[error("there is no such {what}; `{list}` shows all")]
    NoSuch {
        /// What it would be.
        what: &'static str,
        /// The command that lists them.
        list: &'static str,
    },
    /// There is no trial to end.
    #[error("nothing is on trial; `pumice settings history` shows what was set, and what became of it")]
    NoTrial,
    /// The answer cannot be written out.
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
    /// The operating system gives no randomness.
    #[error("the operating system gives no randomness: {0}")]
    Randomness(String),
    /// Two values would be read from the standard input.
    #[error("only one value can come from the standard input")]
    TwoInputs,
}

impl OperateError {
    /// Whether trying the same command again changes nothing: it is wrong in itself.
    pub(crate) const fn is_of_the_command(&self) -> bool {
        matches!(
            self,
            Self::Batch(_)
                | Self::Config(_)
                | Self::File(
                    FileError::Empty { .. } | FileError::TooLarge { .. } | FileError::Unreadable { .. }
                )
                | Self::Keys(_)
                | Self::Model(_)
                | Self::NoRecoveryKey
                | Self::TwoInputs
        )
    }
}

/// Where a command reads and writes.
pub(crate) struct Console<'a> {
    /// The standard input.
    pub(crate) input: &'a mut dyn Read,
    /// What the command is for.
    pub(crate) out: &'a mut dyn Write,
    /// What is said besides, to whoever sits there.
    pub(crate) notes: &'a mut dyn Write,
}

/// Where the gateway's API is: as told, as its configuration says, or where it usually is.
pub(crate) fn api_address(gateway: &GatewayAddress) -> Result<SocketAddr, ConfigError> {
    if let Some(api) = gateway.api {
        return Ok(api);
    }
    match &gateway.config {
        Some(path) => config::api_address(path),
        None => Ok(config::api_address(Path::new(DEFAULT_PATH)).unwrap_or(DEFAULT_API)),
    }
}

/// Has a command carried out by the gateway at this address.
pub(crate) async fn carry_out(
    api: SocketAddr,
    command: Operate,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let client = Client::new(api);
    match command {
        Operate::Status { form, .. } => status::show(&client, form, console).await,
        Operate::Top { once, .. } => top::show(&client, once, console).await,
        Operate::Subscriber { command, .. } => subscriber::carry_out(&client, command, console).await,
        Operate::Batch { command, .. } => batch::carry_out(&client, command, console).await,
        Operate::Cell { command, .. } => cell::carry_out(&client, command, console).await,
        Operate::Event { command, .. } => event::carry_out(&client, command, console).await,
        Operate::Settings { command, .. } => settings::carry_out(&client, command, console).await,
        Operate::Account { command, .. } => people::account(&client, command, console).await,
        Operate::Session { command, .. } => people::session(&client, command, console).await,
        Operate::Audit { limit, form, .. } => people::audit(&client, limit, form, console).await,
        Operate::History { span, form, .. } => history::show(&client, span, form, console).await,
        Operate::Machine { form, .. } => machine::show(&client, form, console).await,
        Operate::Restart { what, .. } => machine::restart(&client, what, console).await,
        Operate::Reset { reset, .. } => machine::reset(&client, &reset, console).await,
        Operate::Backup { backup, .. } => backup::make(&client, &backup, console).await,
        Operate::Restore { restore, .. } => backup::restore(&client, &restore, console).await,
        Operate::Diagnostics { file, .. } => backup::diagnostics(&client, &file, console).await,
        Operate::Capture { command, .. } => capture::carry_out(&client, command, console).await,
        Operate::Software { command, .. } => software::carry_out(&client, command, console).await,
        Operate::Label { gateway, label } => label::show(&client, &gateway, &label, console).await,
    }
}

/// Whether the gateway at this address is well: it answers, its disk takes what it is given, and it serves what is set up. What is
/// wrong, if something is.
pub(crate) async fn is_well(api: SocketAddr) -> Result<(), String> {
    let client = Client::new(api);
    let settings: pumice_web::dto::Settings =
        client.fetch("/api/v1/settings").await.map_err(|error| error.to_string())?;
    match client.fetch::<pumice_web::dto::Status>("/api/v1/status").await {
        Ok(status) => match status.store {
            pumice_web::dto::Store::Good => Ok(()),
            pumice_web::dto::Store::Failing { reason } => Err(format!("the disk fails: {reason}")),
        },
        // Nobody has set the network up: the page is all that there is to be.
        Err(ClientError::Refused(problem)) if problem.code == "not-set-up" && !settings.complete => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

/// Octets as they are, and the end of the line.
fn line(out: &mut dyn Write, octets: &[u8]) -> Result<(), OperateError> {
    out.write_all(octets)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// A value as JSON for people and programs.
fn pretty(out: &mut dyn Write, value: &impl Serialize) -> Result<(), OperateError> {
    line(out, &serde_json::to_vec_pretty(value).map_err(io::Error::from)?)
}

/// Says that what was named is not there, where the gateway found nothing.
fn no_such(error: ClientError, what: &'static str, list: &'static str) -> OperateError {
    match error {
        ClientError::Refused(problem) if problem.code == "not-found" => OperateError::NoSuch { what, list },
        error => error.into(),
    }
}
