//! Captures of packets.

use axum::http::StatusCode;
use pumice_model::control::Refusal;
use pumice_model::identity::Imsi;
use pumice_model::machine::{CaptureRequest, CaptureView};
use pumice_ui::page::capture::{self, Capture, CaptureFile, Limits, Now, Running};
use pumice_ui::{Entered, Section};

use super::phone::find;
use crate::audit::Deed;
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::saying;
use crate::site::state::Site;

/// The interface that the gateway makes for phones' packets, unless it is configured otherwise.
const PHONES: &str = "pumice0";

const MAX_SECONDS: u32 = 3_600;

/// The box takes 8 MiB of each.
const MAX_MEGABYTES: u32 = 8;

/// Captures that the box keeps; one more is refused.
const MAX_FILES: u16 = 4;

/// Phones to choose from.
const PHONES_SHOWN: usize = 100;

const OCTETS_OF_MEGABYTE: u64 = 1_000_000;

pub(crate) async fn show(call: Call) -> Result<Answer, Fault> {
    let entered = Entered::new().with("seconds", "60").with("megabytes", "8");
    page(&call, entered).await.map(Answer::Page)
}

async fn page(call: &Call, entered: Entered) -> Result<pumice_ui::Markup, Fault> {
    let scene = Scene::of(call, Section::Care).await?;
    let phones = call.site.subscribers().await?;
    let view = Capture {
        entered,
        interfaces: scene.machine.interfaces.iter().map(|interface| interface.name.clone()).collect(),
        phones: phones
            .into_iter()
            .filter(|phone| phone.attached)
            .take(PHONES_SHOWN)
            .map(|phone| (phone.imsi.digits().to_string(), phone.name))
            .collect(),
        limits: Limits { max_seconds: MAX_SECONDS, max_megabytes: MAX_MEGABYTES, max_files: MAX_FILES },
        running: running(&call.site).await?,
    };
    Ok(capture::page(&scene.frame, &view))
}

/// What runs, and the files.
pub(crate) async fn running(site: &Site) -> Result<Running, WebError> {
    let captures = site.desk.ask_box(|doors| doors.machine.captures()).await?;
    let now = captures.iter().find(|capture| capture.running).map(|capture| Now {
        what: what(capture),
        packets: capture.packets,
        bytes: capture.octets,
        seconds_at_most: capture.request.seconds,
    });
    let files = captures.iter().rev().filter(|capture| !capture.running).map(|capture| CaptureFile {
        name: capture.name.clone(),
        what: what(capture),
        packets: capture.packets,
        bytes: capture.octets,
    });
    Ok(Running { now, files: files.collect() })
}

fn what(capture: &CaptureView) -> String {
    match capture.request.address {
        Some(address) => address.to_string(),
        None => capture.request.interface.clone(),
    }
}

pub(crate) async fn start(call: Call) -> Result<Answer, Fault> {
    let form = &call.form;
    let mut entered = Entered::new();
    for field in ["target", "imsi", "seconds", "megabytes"] {
        entered = entered.with(field, form.text(field).chars().take(64).collect::<String>());
    }
    let number =
        |field: &str, most: u32| form.text(field).parse().ok().filter(|number| (1..=most).contains(number));
    let (seconds, megabytes) = (number("seconds", MAX_SECONDS), number("megabytes", MAX_MEGABYTES));
    if seconds.is_none() {
        entered = entered.wrong("seconds", saying::number_between(1, MAX_SECONDS.into()));
    }
    if megabytes.is_none() {
        entered = entered.wrong("megabytes", saying::number_between(1, MAX_MEGABYTES.into()));
    }
    let target = match form.text("target").strip_prefix("if:") {
        Some(interface) => Some((interface.to_owned(), None, interface.to_owned())),
        None => phone(&call).await?.map(|(imsi, address)| (PHONES.to_owned(), Some(address), imsi)),
    };
    if target.is_none() {
        entered = entered.wrong("imsi", saying::wrong_field("imsi"));
    }
    let (Some(seconds), Some(megabytes), Some((interface, address, subject))) = (seconds, megabytes, target)
    else {
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(&call, entered).await?));
    };
    let octets = u64::from(megabytes) * OCTETS_OF_MEGABYTE;
    let request = CaptureRequest { interface, address, seconds, octets };
    let begun = call.site.desk.change_box(|doors| doors.machine.begin_capture(request)).await;
    match call.noted(Deed::new("capture.begin", subject), begun).await {
        Ok(_) => {}
        Err(WebError::Refused(Refusal::Full { holds, .. })) => {
            let entered = entered.wrong("target", saying::captures_full(holds));
            return Ok(Answer::Wrong(StatusCode::CONFLICT, page(&call, entered).await?));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(call.done("/care/capture", saying::capture_started()))
}

/// The phone that is meant, and its address now; nothing if it has none.
async fn phone(call: &Call) -> Result<Option<(String, core::net::IpAddr)>, Fault> {
    let Ok(imsi) = Imsi::parse(call.form.text("imsi")) else { return Ok(None) };
    let device = match find(&call.site, imsi).await {
        Ok((_, device)) => device,
        Err(WebError::Refused(Refusal::NotFound)) => None,
        Err(error) => return Err(error.into()),
    };
    let address = device.and_then(|device| device.bearers.first().map(|bearer| bearer.address));
    Ok(address.map(|address| (imsi.digits().to_string(), address)))
}

pub(crate) async fn stop(call: Call) -> Result<Answer, Fault> {
    let captures = call.site.desk.ask_box(|doors| doors.machine.captures()).await?;
    for capture in captures.into_iter().filter(|capture| capture.running) {
        let name = capture.name.clone();
        let ended = call.site.desk.change_box(|doors| doors.machine.end_capture(name)).await;
        call.noted(Deed::new("capture.stop", &capture.name), ended).await?;
    }
    Ok(call.done("/care/capture", saying::capture_stopped()))
}

pub(crate) async fn fetch(call: Call) -> Result<Answer, Fault> {
    let name = call.place("name").to_owned();
    let asked = name.clone();
    let octets = call.site.desk.ask_box(|doors| doors.machine.capture_file(asked)).await;
    let octets = call.noted(Deed::new("capture.fetch", &name), octets).await?;
    let file = if name.ends_with(".pcap") { name } else { format!("{name}.pcap") };
    Ok(Answer::File { name: file, kind: "application/vnd.tcpdump.pcap", octets: octets.into() })
}

pub(crate) async fn delete(call: Call) -> Result<Answer, Fault> {
    let name = call.place("name").to_owned();
    let asked = name.clone();
    let removed = call.site.desk.change_box(|doors| doors.machine.remove_capture(asked)).await;
    call.noted(Deed::new("capture.remove", name), removed).await?;
    Ok(call.done("/care/capture", saying::capture_deleted()))
}
