//! `pumice subscriber ..`

use std::io;
use std::path::Path;

use hyper::Method;
use pumice_model::identity::Imsi;
use pumice_web::dto::{
    Ambr, ImportResult, KeyText, NewApn, NewSubscriber, PhoneUsage, Subscriber, SubscriberPatch,
    SubscriberState,
};

use super::client::{Body, Client, ClientError};
use super::keys::{self, KeysError, SimKeyTexts};
use super::text::{columns, size};
use super::{Console, OperateError, file, line, pretty, table};
use crate::command_line::{Form, NewSubscriberArgs, SubscriberCommand};

/// The most that an imported file may have, octets: what the gateway takes.
const LARGEST_IMPORT: u64 = 1 << 20;

const ALL: &str = "/api/v1/subscribers";

pub(super) async fn carry_out(
    client: &Client,
    command: SubscriberCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    match command {
        SubscriberCommand::Add(new) => add(client, *new, console).await,
        SubscriberCommand::List { form } => list(client, form, console).await,
        SubscriberCommand::Show { imsi, form } => show(client, imsi, form, console).await,
        SubscriberCommand::Rename { imsi, name } => {
            let patch = SubscriberPatch { name: Some(name), ..SubscriberPatch::default() };
            change(client, imsi, &patch, "renamed", console).await
        }
        SubscriberCommand::Bar { imsi } => {
            let patch =
                SubscriberPatch { state: Some(SubscriberState::Barred), ..SubscriberPatch::default() };
            change(client, imsi, &patch, "barred", console).await
        }
        SubscriberCommand::Allow { imsi } => {
            let patch =
                SubscriberPatch { state: Some(SubscriberState::Active), ..SubscriberPatch::default() };
            change(client, imsi, &patch, "allowed", console).await
        }
        SubscriberCommand::Limits { imsi, uplink, downlink } => {
            let ambr = Some(Ambr { uplink, downlink });
            let patch = SubscriberPatch { ambr, ..SubscriberPatch::default() };
            change(client, imsi, &patch, "limited", console).await
        }
        SubscriberCommand::Usage { imsi, form } => usage(client, imsi, form, console).await,
        SubscriberCommand::Remove { imsi } => {
            let removed = client.request(Method::DELETE, &path_of(imsi), None).await;
            removed.map_err(|error| unknown(error, imsi))?;
            writeln!(console.out, "removed {}", imsi.digits())?;
            Ok(())
        }
        SubscriberCommand::Import { file, dry_run } => import(client, &file, dry_run, console).await,
    }
}

fn path_of(imsi: Imsi) -> String {
    format!("{ALL}/{}", imsi.digits())
}

fn unknown(error: ClientError, imsi: Imsi) -> OperateError {
    match error {
        ClientError::Refused(problem) if problem.code == "not-found" => OperateError::NoSubscriber(imsi),
        error => error.into(),
    }
}

async fn add(client: &Client, new: NewSubscriberArgs, console: &mut Console<'_>) -> Result<(), OperateError> {
    let keys = match (&new.keys_from, new.k, new.op, new.opc) {
        (Some(path), ..) => keys::read(path, console.input)?,
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
    let body = Body::json(&subscriber)?;
    let added: Subscriber = client.parse(&client.request(Method::POST, ALL, Some(body)).await?)?;
    writeln!(console.out, "added {}", added.imsi)?;
    Ok(())
}

async fn list(client: &Client, form: Form, console: &mut Console<'_>) -> Result<(), OperateError> {
    let rows: Vec<Subscriber> = client.all(ALL).await?;
    if form.json {
        return pretty(console.out, &rows);
    }
    table::many(console.out, &rows)?;
    Ok(())
}

async fn show(
    client: &Client,
    imsi: Imsi,
    form: Form,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let octets = client.json(&path_of(imsi)).await.map_err(|error| unknown(error, imsi))?;
    if form.json {
        return line(console.out, &octets);
    }
    table::one(console.out, &client.parse(&octets)?)?;
    Ok(())
}

async fn change(
    client: &Client,
    imsi: Imsi,
    patch: &SubscriberPatch,
    done: &str,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let changed = client.request(Method::PATCH, &path_of(imsi), Some(Body::json(patch)?)).await;
    changed.map_err(|error| unknown(error, imsi))?;
    writeln!(console.out, "{done} {}", imsi.digits())?;
    Ok(())
}

async fn usage(
    client: &Client,
    imsi: Imsi,
    form: Form,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let path = format!("{}/usage", path_of(imsi));
    let octets = client.json(&path).await.map_err(|error| unknown(error, imsi))?;
    if form.json {
        return line(console.out, &octets);
    }
    let usage: PhoneUsage = client.parse(&octets)?;
    if usage.days.is_empty() && usage.months.is_empty() {
        writeln!(console.out, "{} has used nothing yet", usage.imsi)?;
        return Ok(());
    }
    let months = usage.months.iter().map(|month| {
        let name = month.month.clone().unwrap_or_else(|| "without a date".to_owned());
        [name, size(month.uplink_octets), size(month.downlink_octets)]
    });
    let days = usage.days.iter().map(|day| {
        let name = day.date.clone().unwrap_or_else(|| format!("day {} of this box", day.day));
        [name, size(day.uplink_octets), size(day.downlink_octets)]
    });
    let text = [
        columns(["MONTH", "SENT", "RECEIVED"], &months.collect::<Vec<_>>()),
        columns(["DAY", "SENT", "RECEIVED"], &days.collect::<Vec<_>>()),
    ];
    console.out.write_all(text.join("\n").as_bytes())?;
    Ok(())
}

async fn import(
    client: &Client,
    path: &Path,
    dry_run: bool,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let mut octets = file::read(path, console.input, LARGEST_IMPORT, "; split it")?;
    let target =
        if dry_run { "/api/v1/subscribers/import?dry_run=true" } else { "/api/v1/subscribers/import" };
    let body = Body::new("text/csv", core::mem::take(&mut *octets));
    let result: ImportResult = client.parse(&client.request(Method::POST, target, Some(body)).await?)?;
    let written: io::Result<()> = if result.dry_run {
        writeln!(console.out, "{} subscribers would be added; nothing has changed", result.rows)
    } else {
        writeln!(console.out, "added {} subscribers", result.added)
    };
    Ok(written?)
}
