//! The first start, setup by the page, and what then runs.

use std::time::Duration;

use pumice_e2e::real::sim;

use super::{CELL, START, all_are_served, browser_when_up, ensure, until};
use crate::page::Browser;
use crate::story::{BEYOND, SERVER, Story};
use crate::{Failure, ports};

/// Phones of the village.
const PHONES: u64 = 4;

/// Who owns the box.
pub(super) const OWNER: &str = "Amina";
pub(super) const PASSWORD: &str = "three goats and a hill";

/// The box tells its one-time code on its console, and its page is there.
pub(crate) fn start(story: &mut Story) -> Result<(), Failure> {
    story.plug_in()?;
    let machine = story.machine()?;
    machine.await_console("one-time code", START)?;
    let page = machine.started.elapsed();
    story.table.time("power to the page, first start", page, "emulated; the data partition grows");
    Ok(())
}

/// As an owner would, with a browser that has no scripts.
pub(crate) fn set_up(story: &mut Story) -> Result<(), Failure> {
    let said = story.machine()?.await_console("one-time code", START)?;
    let code = said.split_once("one-time code").map(|(_, rest)| rest.trim_start()).unwrap_or_default();
    let code = code.split_whitespace().next().unwrap_or_default().to_owned();
    let browser = browser_when_up(story)?;
    browser.submit("/claim", "/claim", &[("step", "code"), ("code", &code), ("language", "en")])?;
    let owner = [("step", "owner"), ("name", OWNER), ("password", PASSWORD), ("again", PASSWORD)];
    browser.submit("/claim", "/claim", &owner)?;
    let beyond = [
        ("way", "static"),
        ("address", &format!("{BEYOND}/24")),
        ("gateway", &SERVER.ip().to_string()),
        ("dns", &SERVER.ip().to_string()),
    ];
    browser.submit("/setup/backhaul", "/setup/backhaul", &beyond)?;
    let network = [
        ("network_name", "Nkhata Bay"),
        ("plmn", "own"),
        ("own_plmn", "001-01"),
        ("tac", "1"),
        ("band", "28"),
    ];
    browser.submit("/setup/network", "/setup/network", &network)?;
    browser.await_page(START)?;
    // The box starts its network; only then it knows phones.
    until("the network is served", START, || add_phone(&browser, 1).map(|()| true))?;
    for number in 2..=PHONES {
        add_phone(&browser, number)?;
    }
    Ok(())
}

/// Sells a SIM at the page.
pub(crate) fn add_phone(browser: &Browser<'_>, number: u64) -> Result<(), Failure> {
    let sim = sim(number).map_err(|error| Failure(error.to_string()))?;
    let hex = |octets: &[u8]| octets.iter().map(|octet| format!("{octet:02x}")).collect::<String>();
    let fields = [
        ("way", "typed"),
        ("imsi", sim.imsi.digits().as_str()),
        ("k", &hex(&sim.k)),
        ("opc", &hex(&sim.opc)),
    ]
    .map(|(name, value)| (name, value.to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.submit("/phones/add", "/phones/add", &fields).map(|_| ())
}

/// Over the machine's own SCTP, its tunnel and its NAT.
pub(crate) fn phones(story: &mut Story) -> Result<(), Failure> {
    story.radio.switch_on(CELL)?;
    story.radio.await_cell(CELL)?;
    for number in 1..=PHONES {
        let sim = sim(number).map_err(|error| Failure(error.to_string()))?;
        let phone = story.radio.add_phone(sim, CELL)?;
        story.radio.attach(phone)?;
        story.phones.push(phone);
    }
    all_are_served(story)?;
    let machine = story.machine()?;
    let association = machine.run("cat /proc/net/sctp/assocs")?;
    ensure(association.lines().count() > 1, || format!("no association in the kernel: {association}"))?;
    let metrics = machine.run("busybox wget -q -O - http://127.0.0.1:8080/metrics | grep -c ^pumice_")?;
    ensure(metrics.trim().parse::<u32>().is_ok_and(|count| count > 50), || format!("metrics: {metrics}"))
}

/// Ports, mounts, memory, times, once the box has come to rest.
pub(crate) fn look_around(story: &mut Story) -> Result<(), Failure> {
    let machine = story.machine()?;
    until("this side has proved itself", START, || {
        Ok(machine.run("systemctl is-active pumice-settle.service rauc.service; true")?
            == "inactive\ninactive\n")
    })?;
    let tables = machine.run(
        "for t in tcp tcp6 udp udp6 raw6; do echo \"== $t\"; cat /proc/net/$t; done; echo '== sctp'; cat /proc/net/sctp/eps",
    )?;
    let open = ports::open(&tables);
    let unexpected: Vec<&String> =
        open.iter().filter(|port| !ports::EXPECTED.contains(&port.as_str())).collect();
    ensure(unexpected.is_empty(), || format!("open and not expected: {unexpected:?}\n{tables}"))?;
    let listed: Vec<&str> = open.iter().map(String::as_str).collect();
    let listed = listed.join(", ");

    let mounts = machine.run("cat /proc/mounts")?;
    let unsafe_mounts: Vec<&str> = mounts
        .lines()
        .filter(|line| {
            let options: Vec<&str> = line.split_whitespace().nth(3).unwrap_or_default().split(',').collect();
            options.contains(&"rw") && !options.contains(&"noexec")
        })
        // What is in these is made by the kernel.
        .filter(|line| {
            !["cgroup2", "devpts", "autofs"].iter().any(|kind| line.split_whitespace().nth(2) == Some(kind))
        })
        .collect();
    ensure(unsafe_mounts.is_empty(), || format!("writable and executable: {unsafe_mounts:?}"))?;
    let failed = machine.run("systemctl --no-legend --plain --state=failed list-units")?;
    ensure(failed.trim().is_empty(), || format!("failed: {failed}"))?;
    // The disk has 1 GiB, of which the sides take half.
    let size = machine.run("df -m /var | tail -n 1")?;
    let mebi = size.split_whitespace().nth(1).and_then(|mebi| mebi.parse::<u32>().ok()).unwrap_or(0);
    ensure(mebi > 400, || format!("the data partition has not grown: {size}"))?;
    let board = machine.run("pumice machine")?;
    ensure(board.contains("QEMU virt"), || format!("the board was not recognised: {board}"))?;

    // The gateway may ask; only root writes to the sides.
    let asked = machine.run("busybox su -s /bin/sh pumice -c 'rauc status mark-bad other'; true")?;
    ensure(asked.contains("Rejected send message"), || {
        format!("the gateway's user may order RAUC about: {asked}")
    })?;
    machine.run("systemctl stop rauc.service")?;

    story.table.row("open ports", open.len().to_string(), listed);

    memory(story)
}

/// What the whole system takes: all that is not free, without pages of files that no program has mapped, which are given back when
/// they are asked for.
fn memory(story: &mut Story) -> Result<(), Failure> {
    const BUDGET: u64 = 96 << 10;
    const MACHINE: u64 = 1 << 20;
    let machine = story.machine()?;
    let said = machine.run("cat /proc/meminfo")?;
    let kibi = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        line.and_then(|rest| rest.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0)
    };
    let caches = (kibi("Buffers") + kibi("Cached") + kibi("SReclaimable")).saturating_sub(kibi("Shmem"));
    let taken = kibi("MemTotal").saturating_sub(kibi("MemFree")).saturating_sub(caches);
    let used = taken + kibi("Mapped");
    let processes = machine.run(
        "for p in /proc/[0-9]*; do read -r n <$p/comm; while read -r key kib unit; do [ $key = Rss: ] && echo \"$n $kib\"; done <$p/smaps_rollup; done 2>/dev/null; true",
    )?;
    let mut largest: Vec<(u64, &str)> = processes
        .lines()
        .filter_map(|line| {
            let (name, kibi) = line.rsplit_once(' ')?;
            Some((kibi.parse().ok()?, name))
        })
        .collect();
    largest.sort_unstable_by(|one, other| other.cmp(one));
    let mib = |kibi: u64| format!("{}.{} MiB", kibi >> 10, (kibi & 1023) * 10 / 1024);
    let names: Vec<String> =
        largest.iter().take(7).map(|(kibi, name)| format!("{name} {}", mib(*kibi))).collect();
    story.table.row("memory of the whole system, idle", mib(used), format!("of {}", mib(BUDGET)));
    story.table.row("  programs' own pages", mib(kibi("AnonPages")), "");
    story.table.row("  pages of programs and libraries in use", mib(kibi("Mapped")), names.join(", "));
    let kernel =
        kibi("Slab") + kibi("PageTables") + kibi("KernelStack") - kibi("SReclaimable").min(kibi("Slab"));
    story.table.row("  kernel: slabs, page tables, stacks", mib(kernel), "");
    story.table.row("  files in memory", mib(kibi("Shmem")), "");
    let before = MACHINE.saturating_sub(kibi("MemTotal"));
    story.table.row("beside it: firmware, kernel's code, its map of 1 GiB", mib(before), "no budget");
    ensure(used <= BUDGET, || format!("{used} KiB of memory are more than {BUDGET}\n{said}\n{processes}"))
}

/// From the kernel's start to what phones wait for, on a box that is set up.
pub(crate) fn times(story: &mut Story) -> Result<(), Failure> {
    let machine = story.machine()?;
    let log = machine.run("journalctl --no-pager -b -o short-monotonic")?;
    let at = |what: &str| {
        let line = log.lines().find(|line| line.contains(what))?;
        line.split_once('[')?.1.split_once(']')?.0.trim().parse::<f32>().ok()
    };
    for (what, sign) in [
        ("kernel's start to the root file system", "root file system of side"),
        ("  to systemd's first unit", "Inserted module"),
        ("  to the gateway's start", ": starting"),
        ("  to S1AP listening", ": ready"),
    ] {
        let seconds = at(sign).ok_or_else(|| Failure(format!("the log does not say {sign:?}")))?;
        story.table.row(what, format!("{seconds:.1} s"), "no budget: emulated");
    }
    Ok(())
}

/// A loop of the same work here and there: how much slower the machine is.
pub(crate) fn slowness(story: &mut Story) -> Result<(), Failure> {
    const LOOP: &str = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done";
    let there = {
        let begun = std::time::Instant::now();
        story.machine()?.run(LOOP)?;
        begun.elapsed()
    };
    let begun = std::time::Instant::now();
    let mut command = std::process::Command::new("sh");
    let status = command.args(["-c", LOOP]).status().map_err(crate::failed("sh"))?;
    ensure(status.success(), || "sh".to_owned())?;
    let here = begun.elapsed().max(Duration::from_millis(1));
    let times = there.as_secs_f32() / here.as_secs_f32();
    story.table.row("the emulated processor's slowness", format!("{times:.0} times"), "a shell's loop");
    Ok(())
}
