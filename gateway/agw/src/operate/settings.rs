//! `pumice settings ..`

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use hyper::Method;
use pumice_web::dto::{Applied, Restarts, Revision, SettingValues, Settings, SettingsPreview};

use super::client::{Body, Client};
use super::text::{clean, columns, stamp};
use super::{Console, OperateError, file, line, no_such};
use crate::command_line::{Assignment, Form, SettingsCommand};

const AT: &str = "/api/v1/settings";

pub(super) async fn carry_out(
    client: &Client,
    command: SettingsCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    match command {
        SettingsCommand::Show { form } => show(client, form, console).await,
        SettingsCommand::Preview { values, form } => preview(client, values, form, console).await,
        SettingsCommand::Set { values, form } => {
            let body = Body::json(&gathered(values, console.input)?)?;
            let octets = client.request(Method::PATCH, AT, Some(body)).await?;
            applied(client, &octets, form, console)
        }
        SettingsCommand::Keep => end_trial(client, "keep", "kept", console).await,
        SettingsCommand::GoBack => end_trial(client, "go-back", "gone back from", console).await,
        SettingsCommand::History { form } => history(client, form, console).await,
        SettingsCommand::Return { revision, form } => {
            let path = format!("{AT}/revisions/{revision}/return");
            let octets = client.request(Method::POST, &path, None).await;
            let octets = octets.map_err(|error| no_such(error, "revision", "pumice settings history"))?;
            applied(client, &octets, form, console)
        }
    }
}

async fn show(client: &Client, form: Form, console: &mut Console<'_>) -> Result<(), OperateError> {
    let octets = client.json(AT).await?;
    if form.json {
        return line(console.out, &octets);
    }
    let settings: Settings = client.parse(&octets)?;
    let rows: Vec<_> = settings
        .rows
        .iter()
        .map(|row| {
            let hidden = row.kind == "secret" && row.set;
            let value = if hidden { "(hidden)".to_owned() } else { row.value.clone() };
            let from = if row.set { "owner" } else { "file" };
            [row.key.clone(), value, from.to_owned(), row.restarts.word().to_owned()]
        })
        .collect();
    console.out.write_all(columns(["KEY", "VALUE", "FROM", "RESTARTS"], &rows).as_bytes())?;
    if !settings.complete {
        writeln!(
            console.out,
            "the network is not set up yet: network.plmn and user_plane.listen are wanted"
        )?;
    }
    if let Some(trial) = settings.trial {
        let (revision, left) = (trial.revision, trial.seconds_left);
        writeln!(
            console.out,
            "revision {revision} is on trial and goes back in {left} s; `pumice settings keep` keeps it"
        )?;
    }
    Ok(())
}

async fn preview(
    client: &Client,
    values: Vec<Assignment>,
    form: Form,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let body = Body::json(&gathered(values, console.input)?)?;
    let octets = client.request(Method::POST, &format!("{AT}/preview"), Some(body)).await?;
    if form.json {
        return line(console.out, &octets);
    }
    let preview: SettingsPreview = client.parse(&octets)?;
    for change in &preview.changes {
        let shown = |text: &str| if text.is_empty() { "(nothing shown)".to_owned() } else { clean(text) };
        writeln!(console.out, "{}: {} -> {}", change.key, shown(&change.old), shown(&change.new))?;
    }
    for mistake in &preview.mistakes {
        let key = mistake.pointer.as_deref().unwrap_or_default().trim_start_matches("/values/");
        writeln!(console.out, "{key} {}", clean(&mistake.detail))?;
    }
    let verdict = match (&preview.mistakes[..], &preview.changes[..], preview.restarts) {
        ([_, ..], _, _) => "nothing would be applied while there are mistakes",
        ([], [], _) => "nothing would change",
        ([], _, restarts) => starts(restarts),
    };
    writeln!(console.out, "{verdict}")?;
    Ok(())
}

const fn starts(restarts: Restarts) -> &'static str {
    match restarts {
        Restarts::Nothing => "nothing starts anew",
        Restarts::Backhaul => "the connection to the internet starts anew; phones stay registered",
        Restarts::Gateway => "the gateway starts anew: cells come back within seconds",
    }
}

fn applied(
    client: &Client,
    octets: &[u8],
    form: Form,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    if form.json {
        return line(console.out, octets);
    }
    let Applied { revision, restarts, on_trial, keep_within_seconds } = client.parse(octets)?;
    if on_trial {
        writeln!(
            console.out,
            "revision {revision} is on trial; {}.\n`pumice settings keep` within {keep_within_seconds} s keeps it, \
             otherwise it goes back",
            starts(restarts)
        )?;
    } else {
        writeln!(console.out, "revision {revision} is set; {}", starts(restarts))?;
    }
    Ok(())
}

async fn end_trial(
    client: &Client,
    how: &str,
    done: &str,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let settings: Settings = client.fetch(AT).await?;
    let trial = settings.trial.ok_or(OperateError::NoTrial)?;
    client.request(Method::POST, &format!("{AT}/trial/{}/{how}", trial.revision), None).await?;
    writeln!(console.out, "revision {} is {done}", trial.revision)?;
    Ok(())
}

async fn history(client: &Client, form: Form, console: &mut Console<'_>) -> Result<(), OperateError> {
    let octets = client.json(&format!("{AT}/revisions")).await?;
    if form.json {
        return line(console.out, &octets);
    }
    let revisions: Vec<Revision> = client.parse(&octets)?;
    if revisions.is_empty() {
        writeln!(console.out, "nothing was set yet; all is as the configuration file says")?;
        return Ok(());
    }
    let row = |(at, revision): (usize, &Revision)| {
        let before = revisions.get(at + 1).map(|before| &before.values);
        let number = revision.number.to_string();
        let state = revision.state.word().to_owned();
        [number, stamp(revision.at), revision.by.clone(), state, changed(&revision.values, before)]
    };
    let rows: Vec<_> = revisions.iter().enumerate().map(row).collect();
    let text = columns(["REVISION", "AT", "BY", "STATE", "KEYS THAT CHANGED"], &rows);
    console.out.write_all(text.as_bytes())?;
    Ok(())
}

/// The keys that are otherwise than in the revision before. A secret that became another secret is not seen.
fn changed(values: &BTreeMap<String, String>, before: Option<&BTreeMap<String, String>>) -> String {
    let empty = BTreeMap::new();
    let before = before.unwrap_or(&empty);
    let mut keys: Vec<&str> = values
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, _)| key.as_str())
        .collect();
    keys.extend(before.keys().filter(|key| !values.contains_key(*key)).map(String::as_str));
    keys.sort_unstable();
    keys.join(" ")
}

/// The values by key; one of them may come from the input.
fn gathered(values: Vec<Assignment>, input: &mut dyn Read) -> Result<SettingValues, OperateError> {
    if values.iter().filter(|assignment| assignment.value == "-").count() > 1 {
        return Err(OperateError::TwoInputs);
    }
    let mut gathered = BTreeMap::new();
    for Assignment { key, value } in values {
        let value = match value.as_str() {
            "-" => file::secret(Path::new("-"), input, "the value")?.to_string(),
            _ => value,
        };
        gathered.insert(key.to_owned(), value);
    }
    Ok(SettingValues { values: gathered })
}
