//! What is done, and what must then be so.

pub(crate) mod first;
pub(crate) mod starts;
pub(crate) mod trouble;
pub(crate) mod update;

use std::thread;
use std::time::{Duration, Instant};

use pumice_ransim::ran::EnbIndex;

use crate::Failure;
use crate::page::{Browser, words_of};
use crate::story::{SERVER, Story};

/// The only cell.
pub(crate) const CELL: EnbIndex = EnbIndex(0);

/// How long a start may take until the page answers.
pub(crate) const START: Duration = Duration::from_secs(180);

/// Waits until something is so.
pub(crate) fn until(
    what: &str,
    limit: Duration,
    mut is_so: impl FnMut() -> Result<bool, Failure>,
) -> Result<(), Failure> {
    let deadline = Instant::now() + limit;
    let mut last = String::new();
    loop {
        match is_so() {
            Ok(true) => return Ok(()),
            Ok(false) => {}
            // A machine that starts anew answers nobody for a while.
            Err(failure) => last = failure.to_string(),
        }
        if Instant::now() > deadline {
            return Err(Failure(format!("not within {limit:?}: {what} {last}")));
        }
        thread::sleep(Duration::from_millis(500));
    }
}

pub(crate) fn ensure(is_so: bool, what: impl FnOnce() -> String) -> Result<(), Failure> {
    if is_so { Ok(()) } else { Err(Failure(what())) }
}

/// Signs in if the session has ended: it outlives eight starts without a clock that is trusted.
pub(crate) fn sign_in_again(browser: &Browser<'_>) -> Result<(), Failure> {
    if browser.get("/phones")?.location.starts_with("/login") {
        browser.submit("/login", "/login", &[("name", first::OWNER), ("password", first::PASSWORD)])?;
    }
    Ok(())
}

/// A browser, once the box is up.
pub(crate) fn browser_when_up(story: &Story) -> Result<Browser<'_>, Failure> {
    until("the page is there", START, || story.browser().map(|_| true))?;
    let browser = story.browser()?;
    browser.await_page(START)?;
    Ok(browser)
}

/// The software page in words.
pub(crate) fn software(story: &Story) -> Result<String, Failure> {
    let browser = story.browser()?;
    sign_in_again(&browser)?;
    let answer = browser.get("/care/software")?;
    ensure(answer.status == 200, || format!("/care/software: {}", answer.status))?;
    Ok(words_of(&answer.text))
}

/// All phones are served: those that were attached before without attaching anew.
pub(crate) fn all_are_served(story: &Story) -> Result<(), Failure> {
    story.radio.await_cell(CELL)?;
    for phone in &story.phones {
        let browsed = story.radio.browse(*phone, SERVER)?;
        println!(
            "phone {}: {} octets, {} ms there and back",
            phone.0,
            browsed.octets,
            browsed.round_trip.as_millis()
        );
    }
    Ok(())
}

/// All phones are served again after an end in the middle of what they did. Their messages do not wait for the store, and the disk has what
/// the store was told after half a minute; a phone whose newest keys were lost is told so (#9), and attaches anew by itself.
pub(crate) fn all_come_back(story: &Story) -> Result<(), Failure> {
    story.radio.await_cell(CELL)?;
    for phone in &story.phones {
        if let Err(error) = story.radio.browse(*phone, SERVER) {
            println!("phone {} once more: {error}", phone.0);
            story.radio.browse(*phone, SERVER)?;
        }
    }
    Ok(())
}

/// Who each phone is to the network: its GUTI and its address.
pub(crate) fn identities(story: &Story) -> Result<Vec<String>, Failure> {
    let phones = story.phones.clone();
    let identities = story.radio.act(move |ran, _, _| {
        let identity = |id: &pumice_ransim::enb::PhoneId| {
            let phone = ran.phone(*id)?;
            let address = phone.bearers().first()?.address;
            Some(format!("{:?} {address:?}", phone.guti()))
        };
        phones.iter().map(|id| identity(id).unwrap_or_default()).collect()
    });
    Ok(identities?)
}

/// Lets all phones become idle.
pub(crate) fn all_idle(story: &Story) -> Result<(), Failure> {
    for phone in &story.phones {
        story.radio.make_idle(*phone, CELL)?;
    }
    Ok(())
}
