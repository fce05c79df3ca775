//! The commands that an operator gives to a running gateway, through its local API.

mod client;
mod keys;
mod table;

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use hyper::Method;
use pumice_model::identity::Imsi;
use pumice_web::dto::{
    Ambr, CellAdmission, ImportResult, KeyText, NewApn, NewSubscriber, Status, Store, Subscriber,
    SubscriberState,
};
use zeroize::Zeroize;

use crate::command_line::{GatewayAddress, NewSubscriberArgs, SubscriberCommand};
use crate::config::{self, ConfigError, DEFAULT_API, DEFAULT_PATH};
pub(crate) use client::ClientError;
use client::{Body, Client};
pub(crate) use keys::KeysError;
use keys::SimKeyTexts;

#[cfg(test)]
mod tests;

/// The most that an imported file may have, octets: what the gateway takes.
const LARGEST_IMPORT: u64 = 1 << 20;

/// Why a command was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum OperateError {
    /// The gateway's configuration does not say where it listens.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The gateway does not answer, or refuses.
    #[error(transparent)]
    Gateway(#[from] ClientError),
    /// The keys cannot be used.
    #[error(transparent)]
    Keys(#[from] KeysError),
    /// The file to import is too large.
    #[error("{path} has more than {LARGEST_IMPORT} octets; split it", path = path.display())]
    ImportTooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// The file to import cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    ImportUnreadable {
        /// Which file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// There is no such subscriber.
    #[error("there is no subscriber {imsi}; `pumice subscriber list` shows all", imsi = .0.digits())]
    NoSubscriber(Imsi),
    /// The answer cannot be written out.
    #[error("cannot write the answer: {0}")]
    Output(#[from] io::Error),
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

/// `pumice status`
pub(crate) async fn status(api: SocketAddr, json: bool, out: &mut impl Write) -> Result<(), OperateError> {
    let client = Client::new(api);
    let octets = client.json("/api/v1/status").await?;
    if json {
        return line(out, &octets);
    }
    let status: Status = client.parse(&octets)?;
    write_status(out, &status)?;
    Ok(())
}

fn write_status(out: &mut impl Write, status: &Status) -> io::Result<()> {
    let admission = match status.cell_admission {
        CellAdmission::Listed { known } => format!("{known} on the list"),
        CellAdmission::Learning { remaining } => format!("the next {remaining} will be learned"),
        CellAdmission::Locked => "all learned, locked".to_owned(),
    };
    let store = match &status.store {
        Store::Good => "good".to_owned(),
        Store::Failing { reason } => format!("FAILING, changes are refused: {reason}"),
    };
    let tacs: Vec<String> = status.tacs.iter().map(u16::to_string).collect();
    let (identity, limits) = (&status.identity, &status.limits);
    let rows = [
        ("version", status.version.clone()),
        ("up", duration(status.uptime_seconds)),
        ("network", format!("{} \"{}\", TAC {}", status.plmn, status.network_name, tacs.join(", "))),
        ("box", format!("{}, MME {}/{}", identity.serial, identity.mme_group, identity.mme_code)),
        ("cells", format!("{} of {}; {admission}", status.cells, limits.cells)),
        ("phones", format!("{} of {}, {} connected", status.phones, limits.phones, status.connected)),
        ("subscribers", format!("{} of {}", status.subscribers, limits.subscribers)),
        ("store", store),
        ("SCTP", status.sctp.clone()),
    ];
    rows.iter().try_for_each(|(name, value)| writeln!(out, "{name:<12}{value}"))
}

fn duration(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// `pumice subscriber ..`
pub(crate) async fn subscriber(
    api: SocketAddr,
    command: SubscriberCommand,
    input: &mut impl Read,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let client = Client::new(api);
    match command {
        SubscriberCommand::Add(new) => add(&client, *new, input, out).await,
        SubscriberCommand::List { json } => list(&client, json, out).await,
        SubscriberCommand::Show { imsi, json } => {
            let octets = client.json(&path_of(imsi)).await.map_err(|error| unknown(error, imsi))?;
            if json {
                return line(out, &octets);
            }
            table::one(out, &client.parse(&octets)?)?;
            Ok(())
        }
        SubscriberCommand::Remove { imsi } => {
            let removed = client.request(Method::DELETE, &path_of(imsi), None).await;
            removed.map_err(|error| unknown(error, imsi))?;
            writeln!(out, "removed {}", imsi.digits())?;
            Ok(())
        }
        SubscriberCommand::Import { file, dry_run } => import(&client, &file, dry_run, input, out).await,
    }
}

fn path_of(imsi: Imsi) -> String {
    format!("/api/v1/subscribers/{}", imsi.digits())
}

fn unknown(error: ClientError, imsi: Imsi) -> OperateError {
    match error {
        ClientError::Refused(problem) if problem.code == "not-found" => OperateError::NoSubscriber(imsi),
        error => error.into(),
    }
}

async fn add(
    client: &Client,
    new: NewSubscriberArgs,
    input: &mut impl Read,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let keys = match (&new.keys_from, new.k, new.op, new.opc) {
        (Some(path), ..) => keys::read(path, input)?,
        (None, k, op, opc) => SimKeyTexts {
            k: KeyText::new(k.unwrap_or_default()),
            op: op.map(KeyText::new),
            opc: opc.map(KeyText::new),
        },
    };
    let ambr = new.uplink.zip(new.downlink).map(|(uplink, downlink)| Ambr { uplink, downlink });
    // The class belongs to an APN: where one is given without the other, the gateway's default APN has to be named.
    let apns = match (&new.apn, new.qci) {
        (None, None) => None,
        (Some(apn), qci) => Some(vec![NewApn { apn: apn.to_string(), qci, priority: None, ambr }]),
        (None, Some(_)) => return Err(KeysError::ClassWithoutApn.into()),
    };
    let subscriber = NewSubscriber {
        imsi: new.imsi.digits().as_str().to_owned(),
        k: keys.k,
        op: keys.op,
        opc: keys.opc,
        amf: new.amf,
        name: new.name,
        state: new.barred.then_some(SubscriberState::Barred),
        apns,
        ambr,
        ims_voice: new.ims_voice.then_some(true),
    };
    let octets = serde_json::to_vec(&subscriber).map_err(io::Error::from)?;
    let body = Body { media_type: "application/json", octets };
    let added: Subscriber =
        client.parse(&client.request(Method::POST, "/api/v1/subscribers", Some(body)).await?)?;
    writeln!(out, "added {}", added.imsi)?;
    Ok(())
}

async fn list(client: &Client, json: bool, out: &mut impl Write) -> Result<(), OperateError> {
    let path = "/api/v1/subscribers";
    if json {
        let rows: Vec<Subscriber> = client.all(path).await?;
        return line(out, &serde_json::to_vec_pretty(&rows).map_err(io::Error::from)?);
    }
    let rows: Vec<Subscriber> = client.all(path).await?;
    table::many(out, &rows)?;
    Ok(())
}

async fn import(
    client: &Client,
    file: &Path,
    dry_run: bool,
    input: &mut impl Read,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let unreadable = |source| OperateError::ImportUnreadable { path: file.to_owned(), source };
    let mut octets = Vec::new();
    let read = match file.to_str() {
        Some("-") => input.take(LARGEST_IMPORT + 1).read_to_end(&mut octets),
        _ => fs::File::open(file).and_then(|file| file.take(LARGEST_IMPORT + 1).read_to_end(&mut octets)),
    };
    read.map_err(unreadable)?;
    if u64::try_from(octets.len()).is_ok_and(|octets| octets > LARGEST_IMPORT) {
        octets.zeroize();
        return Err(OperateError::ImportTooLarge { path: file.to_owned() });
    }
    let path = if dry_run { "/api/v1/subscribers/import?dry_run=true" } else { "/api/v1/subscribers/import" };
    let body = Body { media_type: "text/csv", octets };
    let result: ImportResult = client.parse(&client.request(Method::POST, path, Some(body)).await?)?;
    if result.dry_run {
        writeln!(out, "{} subscribers would be added; nothing has changed", result.rows)?;
    } else {
        writeln!(out, "added {} subscribers", result.added)?;
    }
    Ok(())
}

/// Octets as they are, and the end of the line.
fn line(out: &mut impl Write, octets: &[u8]) -> Result<(), OperateError> {
    out.write_all(octets)?;
    out.write_all(b"\n")?;
    Ok(())
}
