//! The wizard. Where it stands is not kept anywhere: it is seen from what is set and what has come, so that it can be left at any
//! step, and what was set elsewhere counts too.

use axum::http::StatusCode;
use pumice_model::identity::Plmn;
use pumice_model::settings::Values;
use pumice_ui::page::add_phone::{DryRun, Way};
use pumice_ui::page::setup::{self, Backhaul, Cell, Done, FirstPhone, Network, Phones, Step};
use pumice_ui::{Entered, Key, Section, key};

use super::cells::{Sight, card, towards_cells};
use super::phones::Everyone;
use super::settings::apply;
use super::{add, care};
use crate::error::WebError;
use crate::site::call::{Answer, Call};
use crate::site::fault::Fault;
use crate::site::framing::{Scene, ago};
use crate::site::saying;

/// TS 24.301 9.9.3.32: 0000 and FFFE have meanings of their own, and so does FFFF.
const TACS: core::ops::RangeInclusive<u16> = 1..=65_533;

/// The setting of the band, which the owner notes for when they stand before the cell.
const BAND: &str = "network.band";

/// The setting of the addresses at which cells find the box. The wizard does not ask for it.
const ADDRESS: &str = "user_plane.listen";

/// The steps that are done.
pub(crate) fn done_steps(scene: &Scene, sight: &Sight) -> Vec<Step> {
    let cells = sight.status.as_ref().is_some_and(|status| status.cells > 0) || !sight.cells.is_empty();
    let phones = sight.status.as_ref().is_some_and(|status| status.subscribers > 0);
    let set = |key: &str| scene.settings.rows.iter().any(|row| row.spec.key == key && row.set);
    // A box whose maker has written down its network is not asked for its way out of it either.
    let way = set("backhaul.way") || (scene.settings.complete && !set("network.plmn"));
    let done = [
        (Step::Owner, scene.frame.claimed),
        (Step::Backhaul, way),
        (Step::Network, scene.settings.complete),
        (Step::Cell, cells),
        (Step::Phones, phones),
    ];
    done.into_iter().filter(|(_, done)| *done).map(|(step, _)| step).collect()
}

/// The first step that is not done.
pub(crate) fn next_step(scene: &Scene, sight: &Sight) -> Step {
    let done = done_steps(scene, sight);
    Step::ALL.into_iter().find(|step| !done.contains(step)).unwrap_or(Step::Done)
}

async fn look(call: &Call) -> Result<(Scene, Sight, Vec<Step>), Fault> {
    let scene = Scene::of(call, Section::None).await?;
    let sight = Sight::of(&call.site).await?;
    let done = done_steps(&scene, &sight);
    Ok((scene, sight, done))
}

pub(crate) async fn resume(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::None).await?;
    let sight = Sight::of(&call.site).await?;
    Ok(Answer::To(next_step(&scene, &sight).path().to_owned()))
}

pub(crate) async fn backhaul(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::None).await?;
    let chosen = setup::Way::parse(scene.setting("backhaul.way"));
    let set = |entered: Entered, (field, key): (&str, &str)| entered.with(field, scene.setting(key));
    let entered = [
        ("address", "backhaul.address"),
        ("gateway", "backhaul.router"),
        ("dns", "backhaul.dns"),
        ("apn", "backhaul.apn"),
        ("pppoe_user", "backhaul.user"),
        ("apn_user", "backhaul.user"),
        ("ssid_other", "backhaul.ssid"),
    ];
    let entered = entered.into_iter().fold(Entered::new(), set);
    backhaul_page(&call, chosen, entered).await.map(Answer::Page)
}

async fn backhaul_page(
    call: &Call,
    chosen: Option<setup::Way>,
    entered: Entered,
) -> Result<pumice_ui::Markup, Fault> {
    let (scene, _, done) = look(call).await?;
    let ways = scene.machine.board.ways.iter().filter_map(|way| setup::Way::parse(way)).collect();
    let view = Backhaul { done, ways, chosen, entered, wifi: Vec::new(), result: None };
    Ok(setup::backhaul(&scene.frame, &view))
}

/// What a field of a way is written to.
const fn fields(way: setup::Way) -> &'static [(&'static str, &'static str)] {
    match way {
        setup::Way::Dhcp | setup::Way::None => &[],
        setup::Way::Static => {
            &[("address", "backhaul.address"), ("gateway", "backhaul.router"), ("dns", "backhaul.dns")]
        }
        setup::Way::Pppoe => &[("pppoe_user", "backhaul.user"), ("pppoe_password", "backhaul.password")],
        setup::Way::Modem => {
            &[("apn", "backhaul.apn"), ("apn_user", "backhaul.user"), ("apn_password", "backhaul.password")]
        }
        setup::Way::Wifi => &[("ssid", "backhaul.ssid"), ("wifi_password", "backhaul.wifi_password")],
    }
}

pub(crate) async fn set_backhaul(call: Call) -> Result<Answer, Fault> {
    let Some(way) = setup::Way::parse(call.form.text("way")) else {
        let entered = Entered::new().wrong("way", saying::wanted());
        return Ok(Answer::Wrong(
            StatusCode::UNPROCESSABLE_ENTITY,
            backhaul_page(&call, None, entered).await?,
        ));
    };
    let mut values = Values::from([("backhaul.way".to_owned(), way.value().to_owned())]);
    for (field, key) in fields(way) {
        let secret = field.ends_with("password");
        let given = match *field {
            "ssid" if call.form.text("ssid").is_empty() => call.form.text("ssid_other"),
            field if secret => call.form.raw(field),
            field => call.form.text(field),
        };
        // A secret that is left empty stays: it is never shown, so it cannot be sent back.
        if !(secret && given.is_empty()) {
            values.insert((*key).to_owned(), given.to_owned());
        }
    }
    let previewed = call.site.desk.ask_box(|doors| doors.configure.preview(values.clone())).await?;
    if !previewed.mistakes.is_empty() {
        let mut entered = Entered::new();
        for (field, key) in fields(way).iter().filter(|(field, _)| !field.ends_with("password")) {
            entered = entered.with(*field, values.get(*key).cloned().unwrap_or_default());
        }
        for (key, why) in &previewed.mistakes {
            let field = fields(way).iter().find(|(_, known)| known == key).map_or("way", |(field, _)| field);
            let field = if field == "ssid" { "ssid_other" } else { field };
            entered = entered.wrong(field, why.clone());
        }
        return Ok(Answer::Wrong(
            StatusCode::UNPROCESSABLE_ENTITY,
            backhaul_page(&call, Some(way), entered).await?,
        ));
    }
    if previewed.changes.is_empty() && is_set(&call, "backhaul.way").await? {
        return Ok(Answer::To(Step::Network.path().to_owned()));
    }
    apply(&call, values, Step::Network.path(), saying::saved()).await
}

async fn is_set(call: &Call, key: &str) -> Result<bool, WebError> {
    let settings = call.site.desk.ask_box(|doors| doors.configure.settings()).await?;
    Ok(settings.rows.iter().any(|row| row.spec.key == key && row.set))
}

pub(crate) async fn network(call: Call) -> Result<Answer, Fault> {
    let scene = Scene::of(&call, Section::None).await?;
    let mut entered = Entered::new().with("network_name", scene.setting("network.name"));
    let plmn = Plmn::parse(scene.setting("network.plmn")).map(super::cells::plmn_text).unwrap_or_default();
    entered = match plmn.as_str() {
        "" => entered,
        "001-01" | "999-99" => entered.with("plmn", plmn),
        _ => entered.with("plmn", "own").with("own_plmn", plmn),
    };
    let tac = scene.setting("network.tacs").split(',').next().unwrap_or_default().trim();
    entered = entered.with("tac", if tac.is_empty() { "1" } else { tac });
    entered = entered.with("band", scene.setting(BAND));
    network_page(&call, entered).await.map(Answer::Page)
}

async fn network_page(call: &Call, entered: Entered) -> Result<pumice_ui::Markup, Fault> {
    let (scene, _, done) = look(call).await?;
    Ok(setup::network(&scene.frame, &Network { done, entered }))
}

pub(crate) async fn set_network(call: Call) -> Result<Answer, Fault> {
    let mut entered = Entered::new();
    for field in ["network_name", "plmn", "own_plmn", "tac", "band"] {
        entered = entered.with(field, call.form.text(field).chars().take(64).collect::<String>());
    }
    let (plmn_field, typed) = match call.form.text("plmn") {
        "own" => ("own_plmn", call.form.text("own_plmn")),
        chosen => ("plmn", chosen),
    };
    let digits: String = typed.chars().filter(|letter| !matches!(letter, '-' | ' ')).collect();
    if Plmn::parse(&digits).is_err() {
        entered = entered.wrong(plmn_field, saying::wrong_plmn());
    }
    let tac = call.form.text("tac").parse::<u16>().ok().filter(|tac| TACS.contains(tac));
    if tac.is_none() {
        entered = entered.wrong("tac", saying::number_between((*TACS.start()).into(), (*TACS.end()).into()));
    }
    let name = call.form.text("network_name");
    if name.is_empty() {
        entered = entered.wrong("network_name", saying::wanted());
    }
    let Some(tac) = tac.filter(|_| !entered.has_errors()) else {
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, network_page(&call, entered).await?));
    };
    let mut values = Values::from([
        ("network.name".to_owned(), name.to_owned()),
        ("network.plmn".to_owned(), digits),
        ("network.tacs".to_owned(), tac.to_string()),
    ]);
    if call.form.has("band") {
        values.insert(BAND.to_owned(), call.form.text("band").to_owned());
    }
    let scene = Scene::of(&call, Section::None).await?;
    if let Some(address) = address_for_cells(&scene) {
        values.insert(ADDRESS.to_owned(), address);
    }
    let previewed = call.site.desk.ask_box(|doors| doors.configure.preview(values.clone())).await?;
    if !previewed.mistakes.is_empty() {
        for (key, why) in &previewed.mistakes {
            let field = match key.as_str() {
                "network.plmn" => plmn_field,
                "network.tacs" => "tac",
                BAND => "band",
                _ => "network_name",
            };
            entered = entered.wrong(field, why.clone());
        }
        return Ok(Answer::Wrong(StatusCode::UNPROCESSABLE_ENTITY, network_page(&call, entered).await?));
    }
    if previewed.changes.is_empty() {
        return Ok(Answer::To(Step::Cell.path().to_owned()));
    }
    apply(&call, values, Step::Cell.path(), saying::saved()).await
}

/// Where cells find the box, if that is not set.
fn address_for_cells(scene: &Scene) -> Option<String> {
    let set = !scene.setting(ADDRESS).is_empty();
    towards_cells(scene).into_iter().next().filter(|_| !set)
}

pub(crate) async fn cell(call: Call) -> Result<Answer, Fault> {
    let (scene, sight, done) = look(&call).await?;
    let view = Cell { done, card: card(&scene), wait: sight.wait(&scene) };
    Ok(Answer::Page(setup::cell(&scene.frame, &view)))
}

pub(crate) async fn after_cell(_: Call) -> Result<Answer, Fault> {
    Ok(Answer::To(Step::Phones.path().to_owned()))
}

pub(crate) async fn phones(call: Call) -> Result<Answer, Fault> {
    let iccid: String = call.query("iccid").chars().filter(char::is_ascii_digit).take(20).collect();
    phones_page(&call, Way::Iccid, Entered::new().with("iccid", iccid), None).await.map(Answer::Page)
}

/// The wizard's step with the forms that add phones; they come back here with what was wrong.
pub(crate) async fn phones_page(
    call: &Call,
    open: Way,
    entered: Entered,
    run: Option<DryRun>,
) -> Result<pumice_ui::Markup, Fault> {
    let (scene, sight, done) = look(call).await?;
    let known = sight.status.map_or(0, |status| u64::from(status.subscribers));
    let add = add::view(call, true, open, entered, run).await?;
    Ok(setup::phones(&scene.frame, &Phones { done, known, add }))
}

pub(crate) async fn after_phones(_: Call) -> Result<Answer, Fault> {
    Ok(Answer::To(Step::Done.path().to_owned()))
}

pub(crate) async fn ready(call: Call) -> Result<Answer, Fault> {
    let (scene, _, done) = look(&call).await?;
    let view = Done {
        done,
        missing: missing(&scene),
        first_phone: first_phone(&Everyone::of(&call.site).await?),
        backup_made: care::last_backup(&call.site).await?.is_some(),
    };
    Ok(Answer::Page(setup::done(&scene.frame, &view)))
}

/// What the network lacks; nothing if phones can be served.
fn missing(scene: &Scene) -> Option<Vec<Key>> {
    let needed = [
        ("network.name", key!("setting.network-name")),
        ("network.plmn", key!("setting.plmn")),
        ("network.tacs", key!("setting.tac")),
        (ADDRESS, key!("setting.s1-address")),
    ];
    let lacks = needed.into_iter().filter(|(setting, _)| scene.setting(setting).is_empty());
    (!scene.settings.complete).then(|| lacks.map(|(_, name)| name).collect())
}

pub(crate) async fn finish(_: Call) -> Result<Answer, Fault> {
    Ok(Answer::To("/".to_owned()))
}

/// Whether a phone has come.
pub(crate) fn first_phone(everyone: &Everyone) -> FirstPhone {
    if let Some(phone) = everyone.phones.values().next() {
        let imsi = phone.imsi.digits().to_string();
        let name = if phone.name.is_empty() { imsi.clone() } else { phone.name.clone() };
        return FirstPhone::Seen { name, imsi, when: ago(phone.silent_for) };
    }
    if everyone.subscribers.is_empty() { FirstPhone::NoneKnown } else { FirstPhone::Waiting }
}
