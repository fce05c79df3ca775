//! Builds the network, lets the phones work, and shows what came of it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use pumice_e2e::real::{PAGE, Plan, RealError, Village, sim};
use pumice_lab::forward::Forward;
use pumice_lab::topology::{ENB_V4, GATEWAY_S1_V4, GATEWAY_SGI_V4, SERVER_V4};
use pumice_ransim::enb::PhoneId;
use pumice_ransim::ran::EnbIndex;
use pumice_ransim::sim::SimProfile;

use crate::interrupt::Interrupt;
use crate::screen::{self, step};
use crate::table::{Row, Served, table};

const PHONES: u64 = 8;
/// Where the host finds the local API, if nobody else is there.
const HOST_API: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);
/// Where it finds the page.
const HOST_PAGE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8443);
/// How often it is looked whether the gateway wants to be started anew.
const LOOK: Duration = Duration::from_millis(200);

/// Shows the demo; whether all phones were served. Without `once` it stays until it is interrupted.
pub(crate) fn show(once: bool, interrupt: &Interrupt) -> Result<bool, RealError> {
    screen::show(picture());

    let mut village = Village::build(Plan::default())?;
    let gateway = village.gateway();
    step("gateway", gateway.ready_after(), gateway.status());
    let (time, cell) = timed(|| village.await_cell(EnbIndex(0)));
    cell?;
    step("eNB", time, "SCTP association, S1 Setup");
    if interrupt.is_asked() {
        return Ok(false);
    }

    let (time, phones) = timed(|| provision(&village));
    let phones = phones?;
    step("HSS", time, format_args!("{PHONES} subscribers provisioned through the local API"));
    let (time, attached) = timed(|| attach(&village, &phones));
    let attached = attached?;
    let count = attached.iter().filter(|outcome| outcome.is_ok()).count();
    step("phones", time, format_args!("{count} attached: AKA, NAS security, default bearer"));
    if interrupt.is_asked() {
        return Ok(false);
    }

    let (time, rows) = timed(|| browse(&village, &phones, attached));
    let rows = rows?;
    let translated = village.server().visits().iter().all(|visit| visit.peer.ip() == GATEWAY_SGI_V4);
    let seen = if translated { "the server saw only the gateway's address" } else { "NAT FAILED" };
    step("page", time, format_args!("{PAGE} octets each, TCP through GTP-U; {seen}"));
    screen::show(format_args!("\n{}", table(&rows)));

    let api = open(&village, HOST_API, 8080)?;
    let page = open(&village, HOST_PAGE, 443)?;
    screen::show(format_args!("The setup page: https://{}/", page.address()));
    screen::show(format_args!(
        "                one-time code on the label: {}; the browser warns once, because the box signs for itself",
        village.gateway().label_code()?
    ));
    screen::show(format_args!("The local API:  http://{}/api/v1/status", api.address()));
    if !once && !interrupt.is_asked() {
        screen::show("                and .../phones, .../cells, .../events, .../subscribers; try curl");
        screen::show("The network stays up until Ctrl-C.");
        while !interrupt.wait(LOOK) {
            if village.start_gateway_again_if_wanted()? {
                screen::show("the gateway was started anew, as somebody asked");
            }
        }
        screen::show("\ntidying up");
    }
    let all_served = rows.iter().all(|row| row.outcome.is_ok());
    if !all_served {
        eprintln!("the gateway's log:\n{}", village.gateway().log());
    }
    Ok(translated && all_served)
}

fn picture() -> String {
    let (enb, s1, sgi, server) =
        (ENB_V4.to_string(), GATEWAY_S1_V4.to_string(), GATEWAY_SGI_V4.to_string(), SERVER_V4.to_string());
    format!(
        "\
A village network, in network namespaces of its own:

  radio                        gateway                      internet
  ┌──────────────────┐         ┌──────────────────┐         ┌──────────────────┐
  │ {PHONES} phones, eNB    │  S1AP   │ pumice           │   NAT   │ web server       │
  │ {enb:>16} ├─────────┤ {s1:<16} │         │                  │
  │                  │  GTP-U  │ {sgi:>16} ├─────────┤ {server:<16} │
  └──────────────────┘         └──────────────────┘         └──────────────────┘
"
    )
}

fn provision(village: &Village) -> Result<Vec<(SimProfile, PhoneId)>, RealError> {
    (1..=PHONES)
        .map(|number| {
            let sim = sim(number)?;
            village.provision(&sim)?;
            Ok((sim, village.add_phone(sim, EnbIndex(0))?))
        })
        .collect()
}

/// All at the same time. A phone that fails is told in its row.
fn attach(village: &Village, phones: &[(SimProfile, PhoneId)]) -> Result<Vec<Result<(), String>>, RealError> {
    for (_, phone) in phones {
        village.power_on(*phone)?;
    }
    Ok(phones.iter().map(|(_, phone)| village.await_service(*phone).map_err(reason)).collect())
}

/// All at the same time.
fn browse(
    village: &Village,
    phones: &[(SimProfile, PhoneId)],
    attached: Vec<Result<(), String>>,
) -> Result<Vec<Row>, RealError> {
    let mut pages = Vec::with_capacity(phones.len());
    for ((_, phone), attached) in phones.iter().zip(attached) {
        let page = attached.map(|()| village.begin_browsing(*phone));
        pages.push(match page {
            Ok(begun) => Ok(begun?),
            Err(reason) => Err(reason),
        });
    }
    let outcomes = pages.into_iter().map(|page| {
        let browsed = village.finish_browsing(page?).map_err(reason)?;
        Ok(Served {
            address: browsed.address.into(),
            bearer: browsed.bearer,
            bytes: browsed.octets,
            round_trip: browsed.round_trip,
        })
    });
    let rows = phones.iter().zip(outcomes).zip(1..);
    Ok(rows
        .map(|(((sim, _), outcome), phone)| Row { phone, imsi: sim.imsi.digits().to_string(), outcome })
        .collect())
}

/// In one line, for the table.
fn reason(error: RealError) -> String {
    match error {
        RealError::TimedOut { what, limit, .. } => format!("after {limit:?} still not: {what}"),
        other => other.to_string(),
    }
}

/// API and page listen in the gateway's namespace; the host reaches them through doors of its own.
fn open(village: &Village, at: SocketAddr, port: u16) -> Result<Forward, RealError> {
    let inside = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
    let gateway = &village.topology().gateway;
    let anywhere = SocketAddr::new(at.ip(), 0);
    Ok(Forward::start(at, gateway, inside).or_else(|_| Forward::start(anywhere, gateway, inside))?)
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begun = Instant::now();
    let result = work();
    (begun.elapsed(), result)
}
