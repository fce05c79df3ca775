//! Updates: believed or not, interrupted, good, broken, and taken back.

use std::thread;
use std::time::{Duration, Instant};

use super::{all_are_served, all_idle, browser_when_up, ensure, identities, sign_in_again, software, until};
use crate::Failure;
use crate::disk::Remains;
use crate::images::{BROKEN, FIRST, NEXT};
use crate::page::words_of;
use crate::story::Story;

/// How long writing a side may take.
const INSTALLING: Duration = Duration::from_secs(240);
/// How long a side may take to prove itself, or to be gone back from: five minutes, and two starts.
const SETTLING: Duration = Duration::from_secs(600);

/// An update whose signature is not right is not taken.
pub(crate) fn forged(story: &mut Story) -> Result<(), Failure> {
    order(story, "look", &[])?;
    until("the stick was looked at", INSTALLING, || Ok(software(story)?.contains("forged.raucb")))?;
    let shown = software(story)?;
    ensure(shown.contains(NEXT) && shown.contains(BROKEN), || format!("the stick: {shown}"))?;
    install(story, "forged.raucb")?;
    until("it is refused", INSTALLING, || Ok(software(story)?.contains("was refused")))?;
    println!("{}", software(story)?);
    all_are_served(story)
}

/// The plug is pulled while phones browse and an update is written: the old side goes on, and nothing that was accepted is lost.
pub(crate) fn cut_off(story: &mut Story) -> Result<(), Failure> {
    let remains = cut_in(story, Duration::from_secs(3))?;
    ensure(remains.lost > 0, || format!("the disk has lost nothing: {remains:?}"))
}

/// The same at many moments, from the first look at the bundle to the start of the new side.
pub(crate) fn cut_at_many_moments(story: &mut Story) -> Result<(), Failure> {
    for tenths in [2, 10, 20, 50, 80, 120, 180] {
        println!("cut after {} s", f64::from(tenths) / 10.0);
        cut_in(story, Duration::from_millis(u64::from(tenths * 100_u32)))?;
        if software(story)?.contains(&format!("{NEXT} Runs now")) {
            println!("the update was complete: back to {FIRST}");
            go_back(story)?;
        }
    }
    Ok(())
}

fn cut_in(story: &mut Story, delay: Duration) -> Result<Remains, Failure> {
    // Written past the cache of files, so that there is always something of which the disk has promised nothing.
    const NOISE: &str =
        "while dd if=/dev/zero of=/var/noise bs=4096 count=256 conv=notrunc oflag=direct; do :; done";
    story.machine()?.run(&format!("({NOISE} >/dev/null 2>&1 &)"))?;
    all_idle(story)?;
    let before = identities(story)?;
    install(story, "next.raucb")?;
    let browsing: Vec<_> = story
        .phones
        .iter()
        .map(|phone| story.radio.begin_browsing(*phone, crate::story::SERVER))
        .collect::<Result<_, _>>()?;
    thread::sleep(delay);
    let remains = story.cut_power()?;
    drop(browsing);
    story.plug_in()?;
    let begun = Instant::now();
    let browser = browser_when_up(story)?;
    sign_in_again(&browser)?;
    println!("the page is back after {:.0} s", begun.elapsed().as_secs_f32());
    let phones = words_of(&browser.get("/phones")?.text);
    ensure(phones.contains("0010100000000") || phones.contains("00101"), || format!("phones: {phones}"))?;
    all_are_served(story)?;
    let after = identities(story)?;
    ensure(before == after, || format!("phones are not who they were: {before:?} {after:?}"))?;
    // Whichever side it is, it proves itself before it is asked for more.
    until("this side has proved itself", SETTLING, || Ok(!software(story)?.contains("is proving itself")))?;
    Ok(remains)
}

/// To the next version, sent by the browser, which proves itself; phones are who they were.
pub(crate) fn next(story: &mut Story) -> Result<(), Failure> {
    all_idle(story)?;
    let before = identities(story)?;
    let begun = Instant::now();
    story.browser()?.upload("/care/software", "/care/software/upload", &story.images.next)?;
    story.table.time("sending an update through the page", begun.elapsed(), "emulated");
    let begun = Instant::now();
    until("it has proved itself", SETTLING, || {
        Ok(software(story)?.contains(&format!("{NEXT} has proved itself")))
    })?;
    story.table.time("an update, asked for to proved", begun.elapsed(), "emulated");
    all_are_served(story)?;
    let after = identities(story)?;
    ensure(before == after, || format!("phones are not who they were: {before:?} {after:?}"))?;
    // It is an appliance: nobody can log in.
    let machine = story.machine()?;
    ensure(!machine.has_shell(), || "an appliance has a shell".to_owned())?;
    let console = machine.console();
    ensure(!console.contains("login:"), || "the console offers a login".to_owned())
}

/// The same once more: both sides then hold the same, and the box knows which one runs.
pub(crate) fn same(story: &mut Story) -> Result<(), Failure> {
    let runs = format!("{NEXT} Runs now");
    let shown = software(story)?;
    let (running, other) = if shown.contains(&format!("Side A {runs}")) { ("A", "B") } else { ("B", "A") };
    ensure(shown.contains(&format!("Side {running} {runs}")), || shown)?;
    for (side, left) in [(other, running), (running, other)] {
        install(story, "next.raucb")?;
        until("it has proved itself on the other side", SETTLING, || {
            let shown = software(story)?;
            Ok(shown.contains(&format!("{NEXT} has proved itself"))
                && shown.contains(&format!("Side {side} {runs}")))
        })?;
        let shown = software(story)?;
        ensure(shown.contains(&format!("Side {left} {NEXT}")), || shown)?;
    }
    all_are_served(story)
}

/// To one whose gateway does not start: the box goes back by itself.
pub(crate) fn broken(story: &mut Story) -> Result<(), Failure> {
    all_idle(story)?;
    let before = identities(story)?;
    let begun = Instant::now();
    install(story, "broken.raucb")?;
    until("it was gone back from", SETTLING + INSTALLING, || {
        Ok(software(story)?.contains(&format!("{BROKEN} did not prove itself")))
    })?;
    story.table.time("an update that does not work, to gone back from", begun.elapsed(), "emulated");
    println!("{}", software(story)?);
    all_are_served(story)?;
    let after = identities(story)?;
    ensure(before == after, || format!("phones are not who they were: {before:?} {after:?}"))
}

/// By order of the owner: the side before runs again, and proves itself.
pub(crate) fn go_back(story: &mut Story) -> Result<(), Failure> {
    all_idle(story)?;
    let before = identities(story)?;
    order(story, "return", &[])?;
    until("the version before has proved itself", SETTLING, || {
        Ok(software(story)?.contains(&format!("{FIRST} has proved itself")))
    })?;
    all_are_served(story)?;
    let after = identities(story)?;
    ensure(before == after, || format!("phones are not who they were: {before:?} {after:?}"))
}

fn install(story: &Story, name: &str) -> Result<(), Failure> {
    order(story, "install", &[("stick", name)])
}

fn order(story: &Story, deed: &str, fields: &[(&str, &str)]) -> Result<(), Failure> {
    let to = format!("/care/software/{deed}");
    story.browser()?.submit("/care/software", &to, fields).map(|_| ())
}
