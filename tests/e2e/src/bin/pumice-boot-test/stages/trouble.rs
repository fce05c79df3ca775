//! What happens to boxes.

use std::time::{Duration, Instant};

use super::first::{add_phone, slowness, times};
use super::{
    CELL, START, all_are_served, all_come_back, all_idle, browser_when_up, ensure, identities, sign_in_again,
    until,
};
use crate::Failure;
use crate::page::words_of;
use crate::story::Story;

/// The gateway is back within two seconds, and idle phones notice nothing.
pub(crate) fn kill(story: &mut Story) -> Result<(), Failure> {
    all_idle(story)?;
    let before = identities(story)?;
    let machine = story.machine()?;
    machine.run("kill -9 $(cat /sys/fs/cgroup/system.slice/pumice.service/cgroup.procs)")?;
    until("the gateway is ready again", START, || {
        let said = machine.run("systemctl is-active pumice.service; true")?;
        Ok(said.contains("active") && !said.contains("activating") && !said.contains("deactivating"))
    })?;
    let log = machine.run("journalctl --no-pager -b -o short-monotonic -u pumice.service | tail -n 60")?;
    let stamp = |line: &str| line.split_once('[')?.1.split_once(']')?.0.trim().parse::<f32>().ok();
    let killed = log.lines().rfind(|line| line.contains("status=9/KILL")).and_then(stamp);
    let ready = log.lines().rfind(|line| line.contains("ready")).and_then(stamp);
    let (Some(killed), Some(ready)) = (killed, ready) else {
        return Err(Failure(format!("the log does not tell when it was killed and ready:\n{log}")));
    };
    let away = ready - killed;
    story.table.row("kill -9 to ready", format!("{away:.1} s"), "of 2 s");
    ensure((0.0..=2.0).contains(&away), || format!("it was away for {away} s:\n{log}"))?;
    all_are_served(story)?;
    let after = identities(story)?;
    ensure(before == after, || format!("phones are not who they were: {before:?} {after:?}"))?;
    slowness(story)
}

/// Phones are served, what people want to change is refused in words, and all is well when there is room again.
pub(crate) fn fill(story: &mut Story) -> Result<(), Failure> {
    let machine = story.machine()?;
    machine.run("dd if=/dev/zero of=/var/filler bs=1048576 2>/dev/null; sync; true")?;
    let free = machine.run("df -k /var | tail -n 1")?;
    println!("full: {}", free.trim());
    let browser = story.browser()?;
    let refused = add_phone(&browser, 77);
    all_idle(story)?;
    all_are_served(story)?;
    machine.run("rm /var/filler; sync")?;
    match refused {
        Err(failure) => println!("refused: {failure}"),
        // What SQLite had reserved was enough for one more.
        Ok(()) => println!("one more SIM found room"),
    }
    until("there is room again", Duration::from_secs(60), || Ok(add_phone(&browser, 78).is_ok()))?;
    let home = browser.get("/")?;
    ensure(home.status == 200, || format!("the page: {}", words_of(&home.text)))
}

/// A gateway that makes no progress is started anew by systemd; should that stand still, too, the board's watchdog resets the machine, and it
/// comes back.
pub(crate) fn stand_still(story: &mut Story) -> Result<(), Failure> {
    const GATEWAY: &str = "$(cat /sys/fs/cgroup/system.slice/pumice.service/cgroup.procs)";
    all_idle(story)?;
    let before = identities(story)?;
    let machine = story.machine.as_mut().ok_or_else(|| Failure("no machine".to_owned()))?;
    let held = machine.run(&format!("ls -l /proc/{GATEWAY}/fd | grep -c watchdog; true"))?;
    ensure(held.trim() == "1", || format!("the gateway does not hold the watchdog: {held}"))?;
    let begun = Instant::now();
    machine.run(&format!("kill -STOP {GATEWAY}"))?;
    until("systemd has started it anew", Duration::from_secs(120), || {
        Ok(machine
            .run("journalctl --no-pager -b -u pumice.service | tail -n 30")?
            .contains("Watchdog timeout")
            && machine.run("systemctl is-active pumice.service; true")?.trim() == "active")
    })?;
    story.table.time("standing still to started anew by systemd", begun.elapsed(), "");

    machine.run("systemctl service-watchdogs no")?;
    let begun = Instant::now();
    machine.run(&format!("kill -STOP {GATEWAY}"))?;
    let data = machine.await_event("WATCHDOG", Duration::from_secs(120))?;
    let action = data.get("action").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    story.table.time("standing still to the board's watchdog", begun.elapsed(), action);
    let begun = Instant::now();
    browser_when_up(story)?;
    story.table.time("reset to the page", begun.elapsed(), "emulated, with the firmware");
    times(story)?;
    all_are_served(story)?;
    let after = identities(story)?;
    ensure(before == after, || format!("phones are not who they were: {before:?} {after:?}"))
}

/// The partition of data, by its number.
const DATA: &str = "5";

/// A disk whose table has lost the data partition: it is found again, with all that is in it.
pub(crate) fn lose_entry(story: &mut Story) -> Result<(), Failure> {
    story.cut_power()?;
    story.parts.disk.forget(DATA)?;
    story.plug_in()?;
    sign_in_again(&browser_when_up(story)?)?;
    all_come_back(story)
}

/// A disk that has lost the partition and all that was in it: the box makes a new one, and is a new box.
pub(crate) fn lose_data(story: &mut Story) -> Result<(), Failure> {
    story.cut_power()?;
    story.parts.disk.erase_from(DATA)?;
    story.parts.disk.forget(DATA)?;
    story.plug_in()?;
    story.machine()?.await_console("one-time code", START)?;
    let browser = browser_when_up(story)?;
    let claim = browser.get("/claim")?;
    ensure(claim.status == 200, || format!("the box is not a new one: {}", claim.status))?;
    story.radio.abort(CELL)?;
    Ok(())
}
