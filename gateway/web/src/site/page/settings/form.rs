//! The form of the settings.

use pumice_model::settings::{
    Restarts, SettingChange, SettingGroup, SettingKind, SettingRow, SettingSpec, SettingsView, VALUE, Values,
};
use pumice_ui::page::settings::{self as shown, Change, Choice, SettingField, Settings};
use pumice_ui::{Key, Language, Words, key};

use super::{BACKHAUL_OUTAGE, GATEWAY_OUTAGE};
use crate::site::form::Form;
use crate::site::framing::Scene;

/// What a setting is called, and what it means. A setting that has no name in the catalogues is not on the page; the command line
/// has it.
fn named(key: &str) -> Option<(Key, Option<Key>)> {
    Some(match key {
        "network.name" => (key!("setting.network-name"), Some(key!("setting.network-name.hint"))),
        "network.short_name" => (key!("setting.short-name"), Some(key!("setting.short-name.hint"))),
        "network.plmn" => (key!("setting.plmn"), Some(key!("setting.plmn.hint"))),
        "network.tacs" => (key!("setting.tac"), Some(key!("setting.tac.hint"))),
        "network.band" => (key!("setting.band"), Some(key!("setting.band.hint"))),
        "user_plane.listen" => (key!("setting.s1-address"), Some(key!("setting.s1-address.hint"))),
        "subscribers.apn" => (key!("setting.apn"), Some(key!("setting.apn.hint"))),
        "subscribers.uplink" => (key!("setting.speed-up"), None),
        "subscribers.downlink" => (key!("setting.speed-down"), None),
        "user_plane.phone_to_phone" => {
            (key!("setting.phone-to-phone"), Some(key!("setting.phone-to-phone.hint")))
        }
        "user_plane.dns" => (key!("setting.dns"), None),
        "user_plane.pool" => (key!("setting.pool"), Some(key!("setting.pool.hint"))),
        "backhaul.way" => (key!("setting.backhaul.way"), None),
        "backhaul.address" => (key!("setting.backhaul.address"), None),
        "backhaul.router" => (key!("setting.backhaul.gateway"), None),
        "backhaul.dns" => (key!("setting.backhaul.dns"), None),
        "backhaul.user" => (key!("setting.backhaul.user"), None),
        "backhaul.password" => (key!("setting.backhaul.password"), None),
        "backhaul.apn" => (key!("setting.backhaul.apn"), None),
        "backhaul.ssid" => (key!("setting.backhaul.ssid"), None),
        "backhaul.wifi_password" => (key!("backhaul.wifi.password"), None),
        "backhaul.probe" => (key!("setting.backhaul.probe"), Some(key!("setting.backhaul.probe.hint"))),
        "clock.zone" => (key!("setting.time-zone"), None),
        "page.language" => (key!("setting.language"), Some(key!("setting.language.hint"))),
        _ => return None,
    })
}

/// The groups with their titles, in the order of the page.
const GROUPS: [(SettingGroup, &str); 5] = [
    (SettingGroup::Network, "network"),
    (SettingGroup::Cell, "radio"),
    (SettingGroup::Phones, "phones"),
    (SettingGroup::Backhaul, "internet"),
    (SettingGroup::Place, "time"),
];

const fn title(group: SettingGroup) -> Key {
    match group {
        SettingGroup::Network => key!("settings.group.network"),
        SettingGroup::Cell => key!("settings.group.radio"),
        SettingGroup::Phones => key!("settings.group.phones"),
        SettingGroup::Backhaul => key!("settings.group.internet"),
        SettingGroup::Place => key!("settings.group.time"),
    }
}

/// The view of the page: what is set, or what was typed instead, with what is wrong about it.
pub(super) fn view(
    scene: &Scene,
    revision: u64,
    typed: &Values,
    mistakes: &[(String, String)],
    stale: bool,
) -> Settings {
    let groups = GROUPS.into_iter().map(|(group, id)| shown::SettingGroup {
        id,
        title: title(group),
        fields: scene
            .settings
            .rows
            .iter()
            .filter(|row| row.spec.group == group)
            .filter_map(|row| field(scene, row, typed, mistakes))
            .collect(),
    });
    Settings { groups: groups.filter(|group| !group.fields.is_empty()).collect(), revision, stale }
}

fn field(
    scene: &Scene,
    row: &SettingRow,
    typed: &Values,
    mistakes: &[(String, String)],
) -> Option<SettingField> {
    let (label, hint) = named(row.spec.key)?;
    let secret = row.spec.kind == SettingKind::Secret;
    let value = if secret { "" } else { typed.get(row.spec.key).unwrap_or(&row.value).as_str() };
    let value = match row.spec.kind {
        SettingKind::Switch if value == "true" => "on",
        SettingKind::Switch => "",
        _ => value,
    };
    let mistake = mistakes.iter().find(|(key, _)| key == row.spec.key);
    Some(SettingField {
        key: row.spec.key.to_owned(),
        label,
        hint,
        kind: kind(scene, row),
        value: value.to_owned(),
        default: None,
        error: mistake.map(|(_, why)| Words::verbatim(why.clone())),
        restarts: restarts(row.spec.restarts),
    })
}

fn kind(scene: &Scene, row: &SettingRow) -> shown::SettingKind {
    match row.spec.kind {
        SettingKind::Switch => shown::SettingKind::Switch,
        SettingKind::Secret => shown::SettingKind::Secret { set: row.set },
        SettingKind::Number => {
            shown::SettingKind::Number { min: 0, max: 10_000_000_000, unit: unit(row.spec.key) }
        }
        SettingKind::Choice(words) => shown::SettingKind::Choice(choices(scene, row, words)),
        SettingKind::Text | SettingKind::Texts | SettingKind::Numbers => {
            shown::SettingKind::Text { max: u16::try_from(VALUE).unwrap_or(u16::MAX) }
        }
    }
}

fn unit(key: &str) -> Option<String> {
    matches!(key, "subscribers.uplink" | "subscribers.downlink").then(|| "bit/s".to_owned())
}

/// The words of a choice that this box has, and that which is chosen.
fn choices(scene: &Scene, row: &SettingRow, words: &[&'static str]) -> Vec<Choice> {
    let has = |word: &str| {
        row.spec.key != "backhaul.way" || word == "none" || scene.machine.board.ways.contains(&word)
    };
    let mut choices: Vec<Choice> = words
        .iter()
        .filter(|word| has(word) || **word == row.value)
        .map(|word| Choice { value: (*word).to_owned(), label: choice(row.spec.key, word) })
        .collect();
    if !choices.iter().any(|choice| choice.value == row.value) {
        let label = if row.value.is_empty() {
            key!("settings.not-set").into()
        } else {
            Words::verbatim(row.value.clone())
        };
        choices.insert(0, Choice { value: row.value.clone(), label });
    }
    choices
}

fn choice(key: &str, word: &str) -> Words {
    match (key, word) {
        ("backhaul.way", "none") => key!("backhaul.none").into(),
        ("backhaul.way", "dhcp") => key!("backhaul.dhcp").into(),
        ("backhaul.way", "static") => key!("backhaul.static").into(),
        ("backhaul.way", "pppoe") => key!("backhaul.pppoe").into(),
        ("backhaul.way", "modem") => key!("backhaul.modem").into(),
        ("backhaul.way", "wifi") => key!("backhaul.wifi").into(),
        _ => match Language::parse(word) {
            Some(language) => Words::verbatim(language.own_name()),
            None => Words::verbatim(word),
        },
    }
}

/// What was typed and differs from what is set. A secret that was left empty stays as it is.
pub(super) fn values(form: &Form, settings: &SettingsView) -> Values {
    let mut values = Values::new();
    for row in settings.rows.iter().filter(|row| named(row.spec.key).is_some()) {
        let key = row.spec.key;
        let given = match row.spec.kind {
            // A browser leaves out a switch that is off.
            SettingKind::Switch if form.text(key) == "on" => "true",
            SettingKind::Switch => "false",
            SettingKind::Secret if form.raw(key).is_empty() => continue,
            SettingKind::Secret => form.raw(key),
            _ if !form.has(key) => continue,
            _ => form.text(key),
        };
        let same = given == row.value
            || row.spec.kind == SettingKind::Switch && given == "false" && row.value.is_empty();
        if !same || row.spec.kind == SettingKind::Secret {
            values.insert(key.to_owned(), given.to_owned());
        }
    }
    values
}

/// A change as pages show it.
pub(super) fn change(settings: &SettingsView, change: &SettingChange) -> Change {
    // A secret is empty whether there is one or not.
    let secret = change.spec.kind == SettingKind::Secret;
    let was = !secret || settings.rows.iter().any(|row| row.spec.key == change.spec.key && row.set);
    changed(change.spec, was.then_some(&change.old), Some(&change.new))
}

/// A change of one setting; absent is what was not set.
pub(super) fn changed(spec: &'static SettingSpec, old: Option<&str>, new: Option<&str>) -> Change {
    let secrets = spec.kind == SettingKind::Secret && old.is_some() && new.is_some();
    Change {
        label: named(spec.key).map_or_else(|| Words::verbatim(spec.key), |(label, _)| label.into()),
        old: old.and_then(|old| said(spec, old)),
        new: if secrets {
            Some(key!("settings.secret.new").into())
        } else {
            new.and_then(|new| said(spec, new))
        },
        restarts: restarts(spec.restarts),
        outage_seconds: match spec.restarts {
            Restarts::Nothing => 0,
            Restarts::Backhaul => BACKHAUL_OUTAGE,
            Restarts::Gateway => GATEWAY_OUTAGE,
        },
    }
}

fn said(spec: &SettingSpec, value: &str) -> Option<Words> {
    match (spec.kind, value) {
        (SettingKind::Secret, _) => Some(key!("settings.secret.set").into()),
        (_, "") => None,
        (SettingKind::Switch, "true") => Some(key!("settings.on").into()),
        (SettingKind::Switch, _) => Some(key!("settings.off").into()),
        (SettingKind::Choice(_), word) => Some(choice(spec.key, word)),
        (_, value) => Some(Words::verbatim(value)),
    }
}

const fn restarts(restarts: Restarts) -> shown::Restarts {
    match restarts {
        Restarts::Nothing => shown::Restarts::Nothing,
        Restarts::Backhaul => shown::Restarts::Internet,
        Restarts::Gateway => shown::Restarts::Gateway,
    }
}
