//! `pumice batch ..`

use std::path::Path;

use hyper::Method;
use pumice_model::identity::Apn;
use pumice_web::SubscriberDefaults;
use pumice_web::batch_file::{self, BATCH_OCTETS, BatchEntropy};
use pumice_web::dto::{BatchAdded, BatchSize, FromBatch, Subscriber};

use super::client::{Body, Client};
use super::file::{self, FileError, NewFile};
use super::{Console, OperateError, line, no_such};
use crate::command_line::BatchCommand;

const AT: &str = "/api/v1/batch";
const PASSPHRASE: &str = "the passphrase of the batch file";

pub(super) async fn carry_out(
    client: &Client,
    command: BatchCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    match command {
        BatchCommand::Seal { csv, batch, passphrase_from } => seal(&csv, &batch, &passphrase_from, console),
        BatchCommand::Import { batch, passphrase_from } => {
            import(client, &batch, &passphrase_from, console).await
        }
        BatchCommand::Size { form } => {
            let octets = client.json(AT).await?;
            if form.json {
                return line(console.out, &octets);
            }
            let BatchSize { sims, room } = client.parse(&octets)?;
            writeln!(console.out, "{sims} SIMs wait to become subscribers; there is room for {room} more")?;
            Ok(())
        }
        BatchCommand::Subscribe { iccid, name } => {
            let body = Body::json(&FromBatch { name })?;
            let answer = client.request(Method::POST, &format!("{AT}/{iccid}/subscribe"), Some(body)).await;
            let answer = answer.map_err(|error| no_such(error, "SIM that waits", "pumice batch size"))?;
            let subscriber: Subscriber = client.parse(&answer)?;
            writeln!(console.out, "added {}", subscriber.imsi)?;
            Ok(())
        }
    }
}

/// Checked as a box would, but for its own defaults, which do not make a row right or wrong.
fn seal(
    csv: &Path,
    batch: &Path,
    passphrase_from: &Path,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    if file::is_standard(csv) && file::is_standard(passphrase_from) {
        return Err(OperateError::TwoInputs);
    }
    let most = u64::try_from(BATCH_OCTETS).unwrap_or(u64::MAX);
    let table = file::read(csv, console.input, most, "; split it")?;
    let passphrase = file::secret(passphrase_from, console.input, PASSPHRASE)?;
    let internet = Apn::parse("internet")?;
    let file = NewFile::create(batch)?;
    let sealed = BatchEntropy::random().and_then(|entropy| {
        batch_file::seal(&table, &passphrase, entropy, &SubscriberDefaults::new(internet))
    });
    file.fill(sealed.map_err(OperateError::from), console.out)?;
    if !file::is_standard(batch) {
        writeln!(console.out, "sealed {}", batch.display())?;
    }
    Ok(())
}

async fn import(
    client: &Client,
    batch: &Path,
    passphrase_from: &Path,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let most = u64::try_from(BATCH_OCTETS).unwrap_or(u64::MAX);
    if file::is_standard(batch) && file::is_standard(passphrase_from) {
        return Err(OperateError::TwoInputs);
    }
    let mut octets = file::read(batch, console.input, most, "; a batch file is smaller")?;
    let passphrase = file::secret(passphrase_from, console.input, PASSPHRASE)?;
    let body = Body::new("application/octet-stream", core::mem::take(&mut *octets));
    let body = body
        .with_secret("x-passphrase", &passphrase)
        .ok_or_else(|| FileError::Empty { path: passphrase_from.to_owned(), what: PASSPHRASE })?;
    let BatchAdded { sims, added } = client.parse(&client.request(Method::POST, AT, Some(body)).await?)?;
    writeln!(console.out, "{added} SIMs wait now that did not before, of {sims} in the file")?;
    Ok(())
}
