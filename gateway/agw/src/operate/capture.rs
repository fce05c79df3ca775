//! `pumice capture ..`

use hyper::Method;
use pumice_web::dto::{Capture, CaptureBegun, NewCapture};

use super::client::{Body, Client, percent};
use super::file::NewFile;
use super::text::{columns, size};
use super::{Console, OperateError, line, no_such};
use crate::command_line::{CaptureCommand, NewCaptureArgs};

const ALL: &str = "/api/v1/captures";
const LIST: &str = "pumice capture list";

pub(super) async fn carry_out(
    client: &Client,
    command: CaptureCommand,
    console: &mut Console<'_>,
) -> Result<(), OperateError> {
    let at = |name: &str| format!("{ALL}/{}", percent(name));
    let unknown = |error| no_such(error, "capture", LIST);
    match command {
        CaptureCommand::Start(args) => start(client, args, console).await?,
        CaptureCommand::Stop { name } => {
            client.request(Method::POST, &format!("{}/stop", at(&name)), None).await.map_err(unknown)?;
            writeln!(console.out, "stopped {name}; `pumice capture get {name} FILE` writes its packets")?;
        }
        CaptureCommand::List { form } => {
            let octets = client.json(ALL).await?;
            if form.json {
                return line(console.out, &octets);
            }
            let captures: Vec<Capture> = client.parse(&octets)?;
            if captures.is_empty() {
                writeln!(console.out, "no captures; `pumice capture start --interface NAME` begins one")?;
                return Ok(());
            }
            console.out.write_all(in_words(&captures).as_bytes())?;
        }
        CaptureCommand::Get { name, file } => {
            let new = NewFile::create(&file)?;
            let answer = client.json(&format!("{}/file", at(&name))).await.map_err(unknown);
            let octets = size(u64::try_from(new.fill(answer, console.out)?).unwrap_or(u64::MAX));
            writeln!(console.notes, "wrote {octets} to {}", file.display())?;
        }
        CaptureCommand::Remove { name } => {
            client.request(Method::DELETE, &at(&name), None).await.map_err(unknown)?;
            writeln!(console.out, "removed {name}")?;
        }
    }
    Ok(())
}

async fn start(client: &Client, args: NewCaptureArgs, console: &mut Console<'_>) -> Result<(), OperateError> {
    let new = NewCapture {
        interface: args.interface,
        phone: args.phone.map(|imsi| imsi.digits().as_str().to_owned()),
        address: args.address.map(|address| address.to_string()),
        seconds: Some(args.seconds),
        octets: Some(args.octets),
    };
    let answer = client.request(Method::POST, ALL, Some(Body::json(&new)?)).await;
    let answer = answer
        .map_err(|error| no_such(error, "interface, or no address of that phone now", "pumice machine"))?;
    let CaptureBegun { name } = client.parse(&answer)?;
    writeln!(console.out, "began {name}; it ends by itself after {} s", args.seconds)?;
    writeln!(console.notes, "what people send may be in it: give the file to nobody who does not need it")?;
    Ok(())
}

fn in_words(captures: &[Capture]) -> String {
    let row = |capture: &Capture| {
        let of = capture.address.as_deref().map_or_else(
            || capture.interface.clone(),
            |address| format!("{address} on {}", capture.interface),
        );
        let state = if capture.running { "running" } else { "ended" }.to_owned();
        [capture.name.clone(), of, state, capture.packets.to_string(), size(capture.octets)]
    };
    let rows: Vec<_> = captures.iter().map(row).collect();
    columns(["NAME", "OF", "STATE", "PACKETS", "SIZE"], &rows)
}
