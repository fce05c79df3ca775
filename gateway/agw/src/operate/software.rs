//! `pumice software`

use std::io::Read;
use std::path::Path;

use hyper::Method;
use pumice_model::software::{PIECE_OCTETS, UPDATE_OCTETS};
use pumice_web::dto::{Received, Software, UpdateOrder};

use super::client::{Body, Client};
use super::text::{columns, facts, size};
use super::{Console, FileError, OperateError, file, line};
use crate::command_line::SoftwareCommand;

pub(super) async fn carry_out(
    client: &Client,
    command: SoftwareCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    match command {
        SoftwareCommand::Show { form } => {
            let octets = client.json("/api/v1/software").await?;
            if form.json {
                return line(console.out, &octets);
            }
            console.out.write_all(in_words(&client.parse(&octets)?).as_bytes())?;
        }
        SoftwareCommand::Update(args) => {
            if let Some(path) = &args.file {
                send(client, path, console).await?;
            }
            let order = UpdateOrder { stick: args.stick, may_be_older: args.older };
            client.request(Method::POST, "/api/v1/software/update", Some(Body::json(&order)?)).await?;
            writeln!(
                console.out,
                "the update is looked at and installed; `pumice software show` tells how far it is. The box starts anew with it"
            )?;
        }
        SoftwareCommand::Look => {
            client.request(Method::POST, "/api/v1/software/look", None).await?;
            writeln!(console.out, "the box looks; `pumice software show` tells what it finds")?;
        }
        SoftwareCommand::Return => {
            client.request(Method::POST, "/api/v1/software/return", None).await?;
            writeln!(console.out, "the box starts anew with its other side in a moment")?;
        }
    }
    Ok(())
}

/// Sends a bundle in pieces. One that broke off goes on where it ended only if it is sent again from its beginning: a box does not
/// know whether it is the same.
async fn send(client: &Client, path: &Path, console: &mut Console<'_>) -> Result<(), OperateError> {
    let mut from = file::open(path, console.input)?;
    let mut offset = 0;
    loop {
        let mut piece = Vec::with_capacity(PIECE_OCTETS);
        let most = u64::try_from(PIECE_OCTETS).unwrap_or(u64::MAX);
        from.by_ref()
            .take(most)
            .read_to_end(&mut piece)
            .map_err(|source| FileError::Unreadable { path: path.to_owned(), source })?;
        if piece.is_empty() {
            break;
        }
        let body = Body::new("application/octet-stream", piece);
        let at = format!("/api/v1/software/bundle?offset={offset}");
        let answer = client.request(Method::PUT, &at, Some(body)).await?;
        offset = client.parse::<Received>(&answer)?.octets;
        if offset > UPDATE_OCTETS {
            break;
        }
    }
    if offset == 0 {
        return Err(FileError::Empty { path: path.to_owned(), what: "an update" }.into());
    }
    writeln!(console.notes, "sent {}", size(offset))?;
    Ok(())
}

fn in_words(software: &Software) -> String {
    let mut rows = vec![("gateway", software.running.clone())];
    let Some(image) = &software.image else {
        rows.push(("image", "none: this gateway was installed by other means".to_owned()));
        return facts(&rows);
    };
    if let Some(update) = &image.update {
        let version = update.version.as_deref().map_or_else(String::new, |version| format!(" {version}"));
        let percent = update.percent.map_or_else(String::new, |percent| format!(", {percent} %"));
        let reason = update.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
        rows.push(("update", format!("{}{version}{percent}{reason}", update.stage.word())));
    }
    if image.received > 0 {
        rows.push(("received", format!("{}, not installed", size(image.received))));
    }
    let sides: Vec<[String; 4]> = image
        .sides
        .iter()
        .map(|side| {
            let version = side.version.clone().unwrap_or_else(|| "not known".to_owned());
            let runs = if side.runs { "runs" } else { "" }.to_owned();
            let good = if side.good { "good" } else { "not proved" }.to_owned();
            [side.name.clone(), version, runs, good]
        })
        .collect();
    let mut text = format!("{}\n{}", facts(&rows), columns(["SIDE", "VERSION", "NOW", "STATE"], &sides));
    if !image.on_sticks.is_empty() {
        let rows: Vec<[String; 2]> = image
            .on_sticks
            .iter()
            .map(|found| {
                let what = found.version.clone().or_else(|| found.problem.clone()).unwrap_or_default();
                [found.name.clone(), what]
            })
            .collect();
        text.push('\n');
        text.push_str(&columns(["ON A STICK", "VERSION"], &rows));
    }
    text
}
