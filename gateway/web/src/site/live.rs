//! Parts of pages that change under the reader's eyes: pushed as server-sent events, or asked for one by one where that fails.
//!
//! However many watch, the doors are asked once every two seconds, and only for what is watched. A part is sent when it is another
//! than before. Watching is no use of a session: a page that was left open signs its reader out all the same.

use core::convert::Infallible;
use core::time::Duration;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pumice_model::archive::Curves;
use pumice_model::identity::Imsi;
use pumice_ui::live::Part;
use pumice_ui::page::{capture, cells, home, phone, phones, setup};
use pumice_ui::{Frame, Markup, layout};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::access::Access;
use super::call::{Answer, Call};
use super::fault::Fault;
use super::framing::{Base, Scene, bare};
use super::page::capture::running;
use super::page::cells::{Sight, view as cells_view};
use super::page::checks::checks;
use super::page::event::lately;
use super::page::home::{curves, now, status};
use super::page::phones::{Everyone, Wanted, row, today, view as phones_view};
use super::page::setup::first_phone;
use super::sessions::Found;
use super::state::Site;
use super::visit::Visit;
use crate::error::WebError;
use crate::server::Stopping;

/// How often the doors are asked.
const EVERY: Duration = Duration::from_secs(2);

/// A stream that has nothing to say says so, so that neither side takes the other for gone.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Parts of one page at most.
const PARTS: usize = 8;

/// What was seen last, for all who watch.
#[derive(Debug)]
pub(crate) struct Live {
    watchers: Arc<Semaphore>,
    base: Shared<Base>,
    sight: Shared<Sight>,
    everyone: Shared<Everyone>,
    curves: Shared<Curves>,
    captures: Shared<capture::Running>,
    used: std::sync::Mutex<HashMap<Imsi, (Instant, u64)>>,
}

impl Live {
    pub(crate) fn new(watchers: usize) -> Self {
        Self {
            watchers: Arc::new(Semaphore::new(watchers)),
            base: Shared::default(),
            sight: Shared::default(),
            everyone: Shared::default(),
            curves: Shared::default(),
            captures: Shared::default(),
            used: std::sync::Mutex::default(),
        }
    }

    /// Forgets what was seen: somebody has just changed something, and wants to see it changed.
    pub(crate) async fn forget(&self) {
        self.base.forget().await;
        self.sight.forget().await;
        self.everyone.forget().await;
        self.captures.forget().await;
    }
}

/// How long what a phone used is believed: what is counted is written down once a minute.
const USED: Duration = Duration::from_secs(30);

/// Phones whose usage is remembered; more begin anew.
const USERS: usize = 4_096;

impl Live {
    /// What a phone used today, if it was asked for lately.
    pub(crate) fn used(&self, imsi: Imsi) -> Option<u64> {
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.get(&imsi).filter(|(when, _)| when.elapsed() < USED).map(|(_, octets)| *octets)
    }

    /// Remembers what a phone used today.
    pub(crate) fn remember(&self, imsi: Imsi, octets: u64) {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() >= USERS {
            used.clear();
        }
        used.insert(imsi, (Instant::now(), octets));
    }
}

/// Something that is good for two seconds, whoever asked for it.
#[derive(Debug)]
struct Shared<T>(Mutex<Option<(Instant, Arc<T>)>>);

impl<T> Default for Shared<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T> Shared<T> {
    async fn forget(&self) {
        *self.0.lock().await = None;
    }

    /// What was seen last, or what is seen now. Those who come meanwhile wait for the one who asks.
    async fn get(&self, ask: impl Future<Output = Result<T, WebError>>) -> Result<Arc<T>, WebError> {
        // Watchers tick a little apart from each other.
        const FRESH: Duration = Duration::from_millis(1_900);
        let mut seen = self.0.lock().await;
        if let Some((when, seen)) = seen.as_ref()
            && when.elapsed() < FRESH
        {
            return Ok(Arc::clone(seen));
        }
        let fresh = Arc::new(ask.await?);
        *seen = Some((Instant::now(), Arc::clone(&fresh)));
        Ok(fresh)
    }
}

/// Who may watch a part.
const fn access(part: Part) -> Access {
    match part {
        Part::Capture | Part::CellWait | Part::FirstPhone => Access::Owners,
        Part::CellsList => Access::Viewers,
        Part::HomeChecks
        | Part::HomeEvents
        | Part::HomeNow
        | Part::HomeStatus
        | Part::PhoneState
        | Part::PhonesList
        | Part::Trial => Access::SignedIn,
    }
}

/// What is filled into a part.
#[derive(Debug, Default)]
struct Asked {
    imsi: String,
    wanted: Wanted,
}

impl Asked {
    fn of(call: &Call) -> Self {
        Self {
            imsi: call.query("imsi").chars().take(15).collect(),
            wanted: Wanted::new(call.query("search"), call.query("state"), call.query("page")),
        }
    }
}

/// A part as it is now.
async fn part(
    site: &Site,
    visit: &Visit,
    frame: &Frame,
    part: Part,
    asked: &Asked,
) -> Result<Markup, WebError> {
    let live = &site.live;
    let base = live.base.get(Base::of(site)).await?;
    let scene = Scene::new(Base::clone(&base), frame.clone());
    let frame = &scene.frame;
    let sight = async || live.sight.get(Sight::of(site)).await;
    let everyone = async || live.everyone.get(Everyone::of(site)).await;
    Ok(match part {
        Part::Trial => layout::trial(frame),
        Part::Capture => capture::running(frame, &*live.captures.get(running(site)).await?),
        Part::CellWait => setup::cell_wait(frame, &(*sight().await?).wait(&scene)),
        Part::CellsList => cells::list(frame, &cells_view(&scene, &*sight().await?)),
        Part::FirstPhone => setup::first_phone(frame, &first_phone(&*everyone().await?)),
        Part::HomeNow => home::now(frame, &now(&*sight().await?, &*live.curves.get(curves(site)).await?)),
        Part::HomeChecks => home::checks(frame, &checks(&scene, &*sight().await?, &*everyone().await?)),
        Part::HomeEvents => home::events(frame, &lately(&scene, &*sight().await?, &*everyone().await?)),
        Part::HomeStatus => {
            let sight = sight().await?;
            let checks = checks(&scene, &sight, &*everyone().await?);
            home::status(frame, &status(&scene, &sight, &checks))
        }
        Part::PhonesList => {
            let view = phones_view(site, &scene, &*everyone().await?, &asked.wanted, visit.role()).await?;
            phones::list(frame, &view)
        }
        Part::PhoneState => {
            let everyone = everyone().await?;
            let known = everyone.subscribers.iter().find(|known| known.imsi.digits().as_str() == asked.imsi);
            let known = known.ok_or(WebError::NoSuchRoute)?;
            let mut row = row(known, everyone.phones.get(&known.imsi));
            if visit.role() != Some(pumice_model::people::Role::Seller) {
                row.today = Some(today(site, &scene, &row.imsi).await?);
            }
            phone::state(frame, &row)
        }
    })
}

/// One part, for who asks from time to time.
pub(crate) async fn fragment(call: Call) -> Result<Answer, Fault> {
    let wanted = Part::parse(call.place("name")).ok_or(Fault::NOT_FOUND)?;
    if !access(wanted).admits(call.visit.role()) {
        return Err(Fault::FORBIDDEN);
    }
    let frame = bare(&call.visit)?;
    Ok(Answer::Page(part(&call.site, &call.visit, &frame, wanted, &Asked::of(&call)).await?))
}

/// A stream of parts.
pub(crate) async fn stream(call: Call) -> Result<Answer, Fault> {
    let names = call.query("parts").split(',').take(PARTS);
    let parts: Vec<Part> = names.filter_map(Part::parse).collect();
    if parts.is_empty() {
        return Err(Fault::NOT_FOUND);
    }
    if !parts.iter().all(|part| access(*part).admits(call.visit.role())) {
        return Err(Fault::FORBIDDEN);
    }
    let Ok(permit) = Arc::clone(&call.site.live.watchers).try_acquire_owned() else {
        return Ok(Answer::Other(crowded()));
    };
    // The page is as new as can be. What others saw a moment ago is older, and must not take its place.
    let mut ticks = interval_at(Instant::now() + EVERY, EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let watcher = Watcher {
        // One mask for the whole stream, or each part with a form would be another every time. It is not compressed.
        frame: bare(&call.visit)?,
        asked: Asked::of(&call),
        site: call.site,
        visit: call.visit,
        parts,
        sent: HashMap::new(),
        spoken: Instant::now(),
        stopping: call.stopping,
        ticks,
        _permit: permit,
    };
    let events = futures_util::stream::unfold(watcher, |mut watcher| async move {
        let event = watcher.next().await?;
        Some((Ok::<_, Infallible>(event), watcher))
    });
    let mut response = Response::new(Body::from_stream(events));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    Ok(Answer::Other(response))
}

/// There are as many who watch as there may be; the page asks from time to time instead.
fn crowded() -> Response {
    let after = (header::RETRY_AFTER, HeaderValue::from_static("30"));
    (StatusCode::SERVICE_UNAVAILABLE, [after]).into_response()
}

/// Somebody who watches.
struct Watcher {
    site: Arc<Site>,
    visit: Arc<Visit>,
    frame: Frame,
    asked: Asked,
    parts: Vec<Part>,
    sent: HashMap<Part, String>,
    spoken: Instant,
    stopping: Option<Stopping>,
    ticks: Interval,
    _permit: OwnedSemaphorePermit,
}

impl Watcher {
    /// What is to be sent next; nothing when it is over.
    async fn next(&mut self) -> Option<Bytes> {
        loop {
            let stopped = async {
                match &mut self.stopping {
                    Some(stopping) => stopping.stopped().await,
                    None => core::future::pending().await,
                }
            };
            tokio::select! {
                () = stopped => return None,
                _ = self.ticks.tick() => {}
            }
            if !self.is_still_in().await {
                return None;
            }
            let news = self.news().await;
            let silent = self.spoken.elapsed() >= HEARTBEAT;
            if !news.is_empty() || silent {
                self.spoken = Instant::now();
                return Some(Bytes::from(if news.is_empty() { ":\n\n".to_owned() } else { news }));
            }
        }
    }

    /// Whether the session is still good for what is watched.
    async fn is_still_in(&self) -> bool {
        match self.site.sessions.find(&self.site, &self.visit.token, false).await {
            Ok(Found::Known(known)) => {
                self.parts.iter().all(|part| access(*part).admits(Some(known.role)))
                    && Some(known.role) == self.visit.role()
            }
            Ok(Found::TimedOut | Found::Nothing) => false,
            // A box that is busy is no reason to send anybody away.
            Err(_) => true,
        }
    }

    async fn news(&mut self) -> String {
        let mut events = String::new();
        for wanted in &self.parts {
            // What cannot be had now may be had in two seconds.
            let Ok(markup) = part(&self.site, &self.visit, &self.frame, *wanted, &self.asked).await else {
                continue;
            };
            let html = markup.into_string();
            if self.sent.get(wanted) != Some(&html) {
                events.push_str(&event(wanted.name(), &html));
                self.sent.insert(*wanted, html);
            }
        }
        events
    }
}

/// An event as the wire has it (HTML 9.2.6): its name, and a line for each line of its data.
fn event(name: &str, data: &str) -> String {
    let mut text = format!("event: {name}\n");
    for line in data.split(['\n', '\r']) {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text
}
