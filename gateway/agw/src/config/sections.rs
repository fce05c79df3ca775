//! The sections of the file, each read into its part of [`Settings`].

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use pumice_core::config::{AddressRange, OwnRefusal, Timers};
use pumice_model::cell::{CellAdmission, KnownCell};
use pumice_model::identity::{Apn, GlobalEnbId, MmeCode, MmeGroupId, Plmn, Tac};
use pumice_model::limits::Limits;
use pumice_model::subscriber::{Ambr, Qci};
use pumice_sctp::Backend;
use pumice_web::SubscriberDefaults;
use pumice_web::dto::parse_cell_id;
use toml::Spanned;
use toml::de::DeValue;
use tracing::Level;

use super::document::{Document, Faults, Section};
use super::settings::{
    API, ApiSettings, ClockSettings, ClockTrust, Ground, ImsiInLog, LogSettings, Nat, NetworkSettings,
    ProcessSettings, S1apSettings, SecuritySettings, Settings, StoreSettings, UserPlaneSettings,
};
use super::{surroundings, value};

/// The port of S1AP (TS 36.412 section 7, IANA).
const S1AP_PORT: u16 = 36412;

/// All sections. The ground is there if nothing in it is wrong, the rest only if nothing that it needs is missing either.
pub(super) fn read(document: &Document<'_>) -> Option<(Ground, Option<Settings>)> {
    let mut root = document.root();
    let mut notes = Vec::new();
    let limits = limits(root.section("limits"));
    let network = network(root.section("network"));
    let s1ap = s1ap(root.section("s1ap"), &limits);
    let user_plane = user_plane(root.section("user_plane"), &limits, &mut notes);
    let security = security(root.section("security"));
    let timers = timers(root.section("timers"));
    let store = store(root.section("store"));
    let subscribers = subscribers(root.section("subscribers"));
    let ground = subscribers.map(|subscribers| Ground {
        subscribers,
        clock: clock(root.section("clock")),
        limits,
        page: surroundings::page(root.section("page"), &store),
        backhaul: surroundings::backhaul(root.section("backhaul"), &store),
        board: surroundings::board(root.section("board")),
        software: surroundings::software(root.section("software")),
        store,
        api: api(root.section("api")),
        log: log(root.section("log")),
        process: process(root.section("process")),
    });
    root.close();
    let ground = ground?;
    let settings = network.zip(user_plane).map(|(network, user_plane)| Settings {
        ground: ground.clone(),
        network,
        s1ap,
        user_plane,
        security,
        timers,
        notes,
    });
    Some((ground, settings))
}

/// The address of `[api]`, or its default if it is absent or wrong.
pub(super) fn api_address(document: &Document<'_>) -> SocketAddr {
    document.root().section("api").or("listen", API, loopback)
}

fn network(mut section: Section<'_>) -> Option<NetworkSettings> {
    let wanted = "the network's MCC and MNC, as \"00101\"; the MNC has two digits or three, and both count";
    let plmn = section.required("plmn", wanted, value::parsed::<Plmn>);
    let name = section.or("name", "Pumice".to_owned(), screen_name);
    let short_name = section.or("short_name", name.clone(), screen_name);
    // Only shown: what the owner has noted is read from what they have set.
    section.optional("band", value::text_of(1..=40));
    let tac = |value: &Spanned<DeValue<'_>>| value::number(1..=0xfffd_u16)(value).map(Tac);
    let tacs = section.optional("tacs", value::distinct(value::list(1..=32, tac)));
    let mme_group = section.optional("mme_group", value::number(0..=u16::MAX)).map(MmeGroupId);
    let mme_code = section.optional("mme_code", value::number(0..=u8::MAX)).map(MmeCode);
    // A PrintableString in TS 36.413 9.1.8.5.
    let mme_name = section.optional("mme_name", |value| {
        let name = value::text_of(1..=150)(value)?;
        let printable = |octet: u8| octet.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&octet);
        let wrong = || Faults::at(value, "letters, digits, spaces and '()+,-./:=? are wanted");
        name.bytes().all(printable).then_some(name).ok_or_else(wrong)
    });
    section.close();
    Some(NetworkSettings { plmn: plmn?, name, short_name, tacs, mme_group, mme_code, mme_name })
}

/// A name that a phone shows: GSM's alphabet or UCS2 in one octet of length (TS 24.008 10.5.3.5a).
fn screen_name(value: &Spanned<DeValue<'_>>) -> Result<String, Faults> {
    let name = value::text_of(1..=40)(value)?;
    if name.chars().any(|letter| u32::from(letter) > 0xffff) {
        return Err(Faults::at(
            value,
            "phones cannot show one of these characters: those below U+10000 are wanted",
        ));
    }
    Ok(name)
}

fn clock(mut section: Section<'_>) -> ClockSettings {
    let trusts =
        [("kernel", ClockTrust::Kernel), ("always", ClockTrust::Always), ("never", ClockTrust::Never)];
    let trust = section.or("trust", ClockTrust::Kernel, value::word(&trusts));
    let zone_quarters = section.or("zone", 0, value::zone);
    let set = section.or("set", false, value::switch);
    section.close();
    ClockSettings { trust, zone_quarters, set }
}

fn s1ap(mut section: Section<'_>, limits: &Limits) -> S1apSettings {
    let everywhere = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), S1AP_PORT);
    let addresses = value::distinct(value::list(1..=8, value::socket_address(S1AP_PORT)));
    let listen = section.or("listen", vec![everywhere], addresses);
    let backends = [("auto", Backend::Auto), ("kernel", Backend::Kernel), ("user-space", Backend::UserSpace)];
    let sctp = section.or("sctp", Backend::Auto, value::word(&backends));
    let admission = admission(section.section("admission"), limits);
    section.close();
    S1apSettings { listen, sctp, admission }
}

fn admission(mut section: Section<'_>, limits: &Limits) -> CellAdmission {
    let first = section.optional("learn", value::number(1..=limits.cells));
    let listed = section.has("only");
    let cells: Vec<KnownCell> = section.sections("only").into_iter().filter_map(known_cell).collect();
    let (learns, room) = (section.has("learn"), usize::try_from(limits.cells).unwrap_or(usize::MAX));
    if listed && learns {
        section.wrong("learn", "either learn or only: with a list nothing is learned".to_owned());
    } else if section.is_present() && !listed && !learns {
        section.wrong_here("{ learn = 1 } or { only = [ .. ] } is wanted");
    }
    if cells.len() > room {
        section.wrong("only", format!("lists {} cells, and limits.cells is {room}", cells.len()));
    }
    section.close();
    if listed { CellAdmission::Only(cells) } else { CellAdmission::Learn { first: first.unwrap_or(1) } }
}

fn known_cell(mut section: Section<'_>) -> Option<KnownCell> {
    let address = section.optional("address", value::address);
    let enb = section.optional("enb", |value| -> Result<GlobalEnbId, Faults> {
        let wanted = "a cell is wanted as its PLMN, size (macro, home, short, long) and hexadecimal identity: \"00101-macro-19b\"";
        parse_cell_id(&value::text(value)?).ok_or_else(|| Faults::at(value, wanted))
    });
    if !section.has("address") && !section.has("enb") {
        section.wrong_here("an address, an enb, or both are wanted: an empty entry would admit everyone");
    }
    section.close();
    (address.is_some() || enb.is_some()).then_some(KnownCell { address, enb })
}

fn user_plane(
    mut section: Section<'_>,
    limits: &Limits,
    notes: &mut Vec<String>,
) -> Option<UserPlaneSettings> {
    let wanted = "the gateway's addresses as cells reach them, as [\"192.168.10.1\"]";
    let listen = section.required("listen", wanted, value::distinct(value::list(1..=8, own_address)));
    let advertise = section.optional("advertise", own_address).or_else(|| listen.as_ref()?.first().copied());
    let listen = listen.unwrap_or_default();
    if let Some(advertise) = advertise.filter(|address| !listen.is_empty() && !listen.contains(address)) {
        section.wrong(
            "advertise",
            format!("{advertise} is not among the addresses in listen: nothing would arrive"),
        );
    }
    let tun = section.or("tun", "pumice0".to_owned(), interface);
    let default_pool = AddressRange { network: Ipv4Addr::new(10, 45, 0, 0), prefix: 16 };
    let pool = section.or("pool", default_pool, value::prefix);
    if listen.iter().any(|address| contains(pool, *address)) {
        section.wrong(
            "pool",
            "holds the gateway's own address towards cells; phones need a range of their own".to_owned(),
        );
    }
    let rooms = (1_u64 << (32 - u32::from(pool.prefix))) - 3;
    if rooms < u64::from(limits.phones) {
        notes.push(format!(
            "user_plane.pool has {rooms} addresses for up to {} phones (limits.phones)",
            limits.phones
        ));
    }
    let mtu = section.or("mtu", 1400, value::number(1280..=9000_u16));
    let dns = section.or("dns", default_dns(), value::distinct(value::list(0..=4, value::address)));
    let masquerade = section.or("nat", true, value::word(&[("masquerade", true), ("none", false)]));
    let outside = section.optional("outside", interface);
    if !masquerade && section.has("outside") {
        section.wrong("outside", "is for nat = \"masquerade\" only".to_owned());
    }
    let phone_to_phone = section.or("phone_to_phone", true, value::switch);
    section.close();
    let nat = if masquerade { Nat::Masquerade { outside } } else { Nat::Routed };
    Some(UserPlaneSettings { listen, advertise: advertise?, tun, pool, mtu, dns, nat, phone_to_phone })
}

/// One address of the gateway: cells must be told where to send, and Error Indications must name it.
fn own_address(value: &Spanned<DeValue<'_>>) -> Result<IpAddr, Faults> {
    let address = value::address(value)?;
    if address.is_unspecified() || address.is_multicast() {
        return Err(Faults::at(
            value,
            format!("{address} is no address that cells can send to: name the gateway's own"),
        ));
    }
    Ok(address)
}

fn default_dns() -> Vec<IpAddr> {
    vec![Ipv4Addr::new(9, 9, 9, 9).into(), Ipv4Addr::new(149, 112, 112, 112).into()]
}

fn contains(range: AddressRange, address: IpAddr) -> bool {
    let network = |address: Ipv4Addr| address.to_bits() >> (32 - u32::from(range.prefix));
    match address {
        IpAddr::V4(address) => network(address) == network(range.network),
        IpAddr::V6(_) => false,
    }
}

/// A network interface's name (IFNAMSIZ).
fn interface(value: &Spanned<DeValue<'_>>) -> Result<String, Faults> {
    let name = value::text(value)?;
    let legal = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
    if !(1..=15).contains(&name.len()) || !name.bytes().all(legal) || name.starts_with('.') {
        return Err(Faults::at(
            value,
            "an interface's name is wanted: 1 to 15 letters, digits, '-', '_' and '.'",
        ));
    }
    Ok(name)
}

fn subscribers(mut section: Section<'_>) -> Option<SubscriberDefaults> {
    let apn = section.optional("apn", value::parsed::<Apn>);
    let mut defaults = SubscriberDefaults::new(apn.or_else(|| Apn::parse("internet").ok())?);
    let qci = section.optional("qci", value::number(5..=9_u8));
    defaults.qci = qci.and_then(|qci| Qci::try_from(qci).ok()).unwrap_or(defaults.qci);
    defaults.priority = section.or("priority", defaults.priority, value::number(1..=15));
    // TS 36.413 9.2.1.19 has room for 10 Gbit/s.
    let rate = || value::number(1_000..=10_000_000_000_u64);
    let uplink = section.or("uplink", defaults.ambr.uplink, rate());
    let downlink = section.or("downlink", defaults.ambr.downlink, rate());
    defaults.ambr = Ambr { uplink, downlink };
    defaults.amf = section.or("amf", defaults.amf, |value| {
        let amf = value::two_octets(value)?;
        // TS 33.401 6.1.1: the separation bit; a SIM refuses EPS without it.
        if amf.first().is_none_or(|high| high & 0x80 == 0) {
            return Err(Faults::at(value, "its first bit must be set for LTE, as in \"8000\""));
        }
        Ok(amf)
    });
    section.close();
    Some(defaults)
}

fn security(mut section: Section<'_>) -> SecuritySettings {
    let ciphering = [("EEA2", 2), ("EEA1", 1), ("EEA3", 3), ("EEA0", 0)];
    let integrity = [("EIA2", 2), ("EIA1", 1), ("EIA3", 3)];
    let eea = value::distinct(value::list(1..=4, value::word(&ciphering)));
    let eia = value::distinct(value::list(1..=3, value::word(&integrity)));
    let eea = section.or("eea", vec![2, 1, 3, 0], eea);
    let eia = section.or("eia", vec![2, 1, 3], eia);
    let refusals =
        [("no-suitable-cells", OwnRefusal::NoSuitableCells), ("congestion", OwnRefusal::Congestion)];
    let refusal = section.or("own_refusal", OwnRefusal::NoSuitableCells, value::word(&refusals));
    let any_apn = section.or("any_apn", false, value::switch);
    section.close();
    SecuritySettings { eea, eia, refusal, any_apn }
}

fn timers(mut section: Section<'_>) -> Timers {
    let defaults = Timers::default();
    let mut guard = |key, default| section.or(key, default, value::seconds(1..=60));
    let t3413 = guard("t3413", defaults.t3413);
    let t3422 = guard("t3422", defaults.t3422);
    let t3450 = guard("t3450", defaults.t3450);
    let t3460 = guard("t3460", defaults.t3460);
    let t3470 = guard("t3470", defaults.t3470);
    let t3489 = guard("t3489", defaults.t3489);
    let context_setup = guard("context_setup", defaults.context_setup);
    let context_release = guard("context_release", defaults.context_release);
    let timers = Timers {
        t3412: section.or("t3412", defaults.t3412, value::gprs_timer(60..=11_160)),
        reachable_grace: section.or("reachable_grace", defaults.reachable_grace, value::seconds(0..=3_600)),
        t3413,
        paging_attempts: section.or("paging_attempts", defaults.paging_attempts, value::number(1..=10)),
        t3422,
        t3450,
        t3460,
        t3470,
        t3489,
        // As long again is added by chance, and the sum must fit the timer.
        t3346: section.or("t3346", defaults.t3346, value::seconds(2..=5_580)),
        context_setup,
        context_release,
        s1_setup: section.or("s1_setup", defaults.s1_setup, value::seconds(5..=300)),
    };
    section.close();
    timers
}

fn limits(mut section: Section<'_>) -> Limits {
    let defaults = Limits::default();
    let mut limit =
        |key, default, least: u32, most: u32| section.or(key, default, value::number(least..=most));
    let limits = Limits {
        subscribers: limit("subscribers", defaults.subscribers, 1, 100_000),
        phones: limit("phones", defaults.phones, 1, 20_000),
        connections: limit("connections", defaults.connections, 1, 20_000),
        bearers: limit("bearers", defaults.bearers, 1, 40_000),
        cells: limit("cells", defaults.cells, 1, 64),
        associations: limit("associations", defaults.associations, 1, 128),
        radio_capability_octets: limit(
            "radio_capability_octets",
            defaults.radio_capability_octets,
            64 << 10,
            64 << 20,
        ),
        radio_capability_each: limit(
            "radio_capability_each",
            defaults.radio_capability_each,
            1 << 10,
            64 << 10,
        ),
        buffered_packets: limit("buffered_packets", defaults.buffered_packets, 1, 1_024),
        buffered_octets: limit("buffered_octets", defaults.buffered_octets, 64 << 10, 64 << 20),
        events: limit("events", defaults.events, 16, 65_536),
        page: limit("page", defaults.page, 10, 1_000),
    };
    if limits.associations < limits.cells {
        let reason =
            format!("must be at least limits.cells, which is {}: a cell has an association", limits.cells);
        section.wrong("associations", reason);
    }
    if limits.bearers < limits.phones {
        let reason =
            format!("must be at least limits.phones, which is {}: a phone has a bearer", limits.phones);
        section.wrong("bearers", reason);
    }
    section.close();
    limits
}

fn store(mut section: Section<'_>) -> StoreSettings {
    let path = section.or("path", "/var/lib/pumice/pumice.db".into(), value::path);
    let key_file = section.or("key_file", "/var/lib/pumice/sealing.key".into(), value::path);
    if path == key_file {
        section.wrong("key_file", "must be another file than store.path".to_owned());
    }
    let database_octets = section.or("database_octets", 32 << 20, value::number(1 << 20..=1 << 30_u64));
    let log_octets = section.or("log_octets", 8 << 20, value::number(1 << 20..=1 << 28_u64));
    let delay = value::number(0..=1_000_u64);
    let sync_delay = section.or("sync_delay_ms", 0, delay);
    section.close();
    StoreSettings {
        path,
        key_file,
        database_octets,
        log_octets,
        sync_delay: Duration::from_millis(sync_delay),
    }
}

fn api(mut section: Section<'_>) -> ApiSettings {
    let listen = section.or("listen", API, loopback);
    let hosts = section.or("hosts", Vec::new(), value::list(0..=16, value::host));
    section.close();
    ApiSettings { listen, hosts }
}

/// The API asks nobody for a password, so only this machine may reach it.
fn loopback(value: &Spanned<DeValue<'_>>) -> Result<SocketAddr, Faults> {
    let own = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    let wanted =
        "a loopback address with a port is wanted, as \"127.0.0.1:8080\": the API has no passwords yet";
    let address: Option<SocketAddr> = value::text(value)?.parse().ok();
    let is_own = |address: &SocketAddr| own.contains(&address.ip()) || address.ip().is_loopback();
    address.filter(is_own).ok_or_else(|| Faults::at(value, wanted))
}

fn log(mut section: Section<'_>) -> LogSettings {
    let levels = [
        ("error", Level::ERROR),
        ("warn", Level::WARN),
        ("info", Level::INFO),
        ("debug", Level::DEBUG),
        ("trace", Level::TRACE),
    ];
    let level = section.or("level", Level::INFO, value::word(&levels));
    let imsi = [("short", ImsiInLog::Short), ("full", ImsiInLog::Full)];
    let imsi = section.or("imsi", ImsiInLog::Short, value::word(&imsi));
    section.close();
    LogSettings { level, imsi }
}

fn process(mut section: Section<'_>) -> ProcessSettings {
    let user = section.optional("user", |value| {
        let user = value::text_of(1..=32)(value)?;
        let legal = |octet: u8| octet.is_ascii_alphanumeric() || b"-_.".contains(&octet);
        let wrong = || Faults::at(value, "the name of a user is wanted, as \"pumice\"");
        user.bytes().all(legal).then_some(user).ok_or_else(wrong)
    });
    section.close();
    ProcessSettings { user }
}
