//! Adding phones: by the card's number, by hand, by a file.

use axum::http::StatusCode;
use pumice_model::control::{Command, Refusal};
use pumice_model::subscriber::Subscriber;
use pumice_ui::page::add_phone::{self, AddPhone, BadRow, DryRun, Scan, Way};
use pumice_ui::{Entered, Section, Words};

use super::batch::waiting;
use super::phones::number;
use crate::audit::Deed;
use crate::batch_file::is_iccid;
use crate::dto::{KeyText, NewSubscriber};
use crate::error::{FieldErrors, WebError};
use crate::provisioning;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::Scene;
use crate::site::saying;
use crate::site::ticket::Held;
use crate::subscriber_table::Table;

/// Rows with mistakes that are shown.
const BAD_ROWS: usize = 50;

/// Whether the reader comes from the wizard.
pub(crate) fn from_setup(call: &Call) -> bool {
    call.query("from") == "setup" || call.form.text("from") == "setup"
}

/// Where to go on.
pub(crate) fn after(from_setup: bool, otherwise: &str) -> String {
    if from_setup { "/setup/phones".to_owned() } else { otherwise.to_owned() }
}

pub(crate) async fn form(call: Call) -> Result<Answer, Fault> {
    let iccid = digits(call.query("iccid"));
    let entered = if iccid.is_empty() { Entered::new() } else { Entered::new().with("iccid", iccid) };
    page(&call, Way::Iccid, entered, None).await.map(Answer::Page)
}

pub(crate) async fn scan(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::AddPhone).await?;
    Ok(Answer::Page(add_phone::scan(&scene.frame, &Scan { from_setup: from_setup(&call) })))
}

/// What the page, and the middle of the wizard's step, show.
pub(crate) async fn view(
    call: &Call,
    from_setup: bool,
    open: Way,
    entered: Entered,
    dry_run: Option<DryRun>,
) -> Result<AddPhone, WebError> {
    Ok(AddPhone {
        from_setup,
        cards_left: waiting(&call.site).await?,
        open,
        entered,
        dry_run,
        max_rows: u32::try_from(call.site.config.limits.web.import_rows).unwrap_or(u32::MAX),
    })
}

async fn page(
    call: &Call,
    open: Way,
    entered: Entered,
    run: Option<DryRun>,
) -> Result<pumice_ui::Markup, Fault> {
    if from_setup(call) {
        return super::setup::phones_page(call, open, entered, run).await;
    }
    let view = view(call, false, open, entered, run).await?;
    let scene = Scene::of(call, Section::AddPhone).await?;
    Ok(add_phone::page(&scene.frame, &view))
}

async fn wrong(call: &Call, open: Way, entered: Entered) -> Result<Answer, Fault> {
    Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, page(call, open, entered, None).await?))
}

pub(crate) async fn add(call: Call) -> Result<Answer, Fault> {
    match Way::parse(call.form.text("way")) {
        Some(Way::Iccid) => by_iccid(call).await,
        Some(Way::Typed) => typed(call).await,
        Some(Way::Csv) | None => Err(Fault::BAD_REQUEST),
    }
}

async fn by_iccid(call: Call) -> Result<Answer, Fault> {
    let iccid = digits(call.form.text("iccid"));
    let typed = call.form.text("name");
    let entered = || Entered::new().with("iccid", iccid.clone()).with("name", cut(typed));
    if !is_iccid(&iccid) {
        return wrong(&call, Way::Iccid, entered().wrong("iccid", saying::wrong_iccid(&iccid))).await;
    }
    let mut errors = FieldErrors::default();
    let Some(name) = provisioning::name(typed, &mut errors) else {
        return wrong(&call, Way::Iccid, entered().wrong("name", saying::wrong_phone_name())).await;
    };
    let found = call.site.desk.ask_box(|doors| doors.keeper.find_in_batch(iccid.clone())).await;
    let mut subscriber = match found {
        Ok(sim) => sim.subscriber,
        Err(WebError::Refused(Refusal::NotFound)) => {
            return wrong(&call, Way::Iccid, entered().wrong("iccid", saying::unknown_iccid())).await;
        }
        Err(error) => return Err(error.into()),
    };
    if !name.is_empty() {
        subscriber.name = name;
    }
    let called = called(&subscriber);
    match add_one(&call, subscriber).await {
        Ok(()) => {}
        Err(WebError::Refused(Refusal::Exists(_))) => {
            return wrong(&call, Way::Iccid, entered().wrong("iccid", saying::iccid_used())).await;
        }
        Err(error) => return Err(error.into()),
    }
    // The subscriber is there. A card that stays behind can do no harm: adding it again is refused.
    if let Err(error) = call.site.desk.change_box(|doors| doors.keeper.remove_from_batch(iccid)).await {
        tracing::warn!(%error, "a SIM that is a subscriber now stays in its batch");
    }
    Ok(call.done(after(from_setup(&call), "/phones/add"), saying::phone_added(&called)))
}

async fn typed(call: Call) -> Result<Answer, Fault> {
    let key = |field: &str| KeyText::new(call.form.raw(field).split_whitespace().collect::<String>());
    let name = call.form.text("name");
    let given = NewSubscriber {
        imsi: digits(call.form.text("imsi")),
        k: key("k"),
        op: None,
        opc: Some(key("opc")),
        amf: None,
        name: Some(name.to_owned()),
        state: None,
        apns: None,
        ambr: None,
        ims_voice: None,
    };
    let entered = Entered::new().with("imsi", cut(&given.imsi)).with("name", cut(name));
    let subscriber = match provisioning::subscriber(&given, &call.site.config.subscriber) {
        Ok(subscriber) => subscriber,
        Err(errors) => {
            let entered = errors.kept().iter().fold(entered, |entered, error| {
                let field = error.pointer.as_deref().unwrap_or_default().trim_start_matches('/');
                entered.wrong(field.to_owned(), saying::wrong_field(field))
            });
            return wrong(&call, Way::Typed, entered).await;
        }
    };
    if let Some(status) = call.site.status().await?
        && !subscriber.imsi.is_of(status.plmn)
    {
        let words = saying::imsi_of_another_network(&status.plmn.digits());
        return wrong(&call, Way::Typed, entered.wrong("imsi", words)).await;
    }
    let called = called(&subscriber);
    match add_one(&call, subscriber).await {
        Ok(()) => Ok(call.done(after(from_setup(&call), "/phones/add"), saying::phone_added(&called))),
        Err(WebError::Refused(Refusal::Exists(_))) => {
            wrong(&call, Way::Typed, entered.wrong("imsi", saying::exists())).await
        }
        Err(error) => Err(error.into()),
    }
}

async fn add_one(call: &Call, subscriber: Subscriber) -> Result<(), WebError> {
    let imsi = subscriber.imsi.digits();
    let added = call.site.desk.execute(Command::AddSubscribers(vec![subscriber])).await;
    call.noted(Deed::new("subscriber.add", imsi), added).await
}

/// What a file would do; nothing is done yet.
pub(crate) async fn check_csv(call: Call) -> Result<Answer, Fault> {
    let Some(file) = call.form.file("file") else {
        return wrong(&call, Way::Csv, Entered::new().wrong("file", saying::file_wanted())).await;
    };
    let (name, limits) = (file.name.clone(), &call.site.config.limits.web);
    let (mut table, errors) = match Table::sift(&file.octets, &call.site.config.subscriber, limits) {
        Ok(sifted) => sifted,
        Err(WebError::Invalid(errors)) => (Table::default(), errors),
        Err(error) => return Err(error.into()),
    };
    let known: std::collections::BTreeSet<_> =
        call.site.subscribers().await?.into_iter().map(|known| known.imsi).collect();
    let mut bad: Vec<BadRow> = errors.kept().iter().map(bad_row).collect();
    for subscriber in table.subscribers.iter().filter(|new| known.contains(&new.imsi)) {
        let line = table.lines.get(&subscriber.imsi).copied().unwrap_or_default();
        bad.push(BadRow { line, column: Some("imsi".to_owned()), problem: saying::exists() });
    }
    table.subscribers.retain(|new| !known.contains(&new.imsi));
    if let Some(status) = call.site.status().await? {
        let holds = status.limits.subscribers;
        if number(table.subscribers.len()) > u64::from(holds.saturating_sub(status.subscribers)) {
            let why = saying::refused(&Refusal::Full { limit: "subscribers", holds });
            return wrong(&call, Way::Csv, Entered::new().wrong("file", why)).await;
        }
    }
    bad.sort_by_key(|row| row.line);
    let all_bad = bad.len().saturating_add(errors.left_out());
    bad.truncate(BAD_ROWS);
    let good = number(table.subscribers.len());
    let ticket = call.site.keep(Held::Subscribers(table.subscribers), call.visit.holder());
    let run = DryRun {
        file: cut(&name),
        good,
        more_bad: number(all_bad.saturating_sub(bad.len())),
        bad,
        ticket: ticket.ok_or(Fault::BROKEN)?,
    };
    page(&call, Way::Csv, Entered::new(), Some(run)).await.map(Answer::Page)
}

pub(crate) async fn apply_csv(call: Call) -> Result<Answer, Fault> {
    let held = call.site.tickets().take(call.form.text("ticket"), call.visit.holder(), call.site.desk.now());
    let Some(Held::Subscribers(subscribers)) = held else {
        return Err(Fault::refused(saying::refused(&Refusal::TooLate)));
    };
    let count = number(subscribers.len());
    if count > 0 {
        let added = call.site.desk.execute(Command::AddSubscribers(subscribers)).await;
        call.noted(Deed::new("subscriber.import", count), added).await?;
    }
    Ok(call.done(after(from_setup(&call), "/phones"), saying::phones_added(count)))
}

fn bad_row(error: &crate::dto::FieldError) -> BadRow {
    BadRow { line: error.line.unwrap_or(1), column: error.column.clone(), problem: row_problem(error) }
}

fn row_problem(error: &crate::dto::FieldError) -> Words {
    Words::verbatim(error.detail.clone())
}

fn called(subscriber: &Subscriber) -> String {
    match subscriber.name.as_str() {
        "" => subscriber.imsi.digits().to_string(),
        name => name.to_owned(),
    }
}

/// Digits as people type them, in groups.
fn digits(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-').take(32).collect()
}

fn cut(text: &str) -> String {
    text.chars().take(128).collect()
}
