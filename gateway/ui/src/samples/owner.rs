//! Settings, people, the audit, security.

use super::{digest, noon, pager};
use crate::form::Entered;
use crate::frame::{Pager, Role};
use crate::key;
use crate::moment::When;
use crate::page::audit::{Audit, Entry, Outcome};
use crate::page::history::{History, Revision, RevisionState};
use crate::page::people::{Account, People, Remove, Session};
use crate::page::security::Security;
use crate::page::settings::{
    Change, Choice, Preview, Restarts, SettingField, SettingGroup, SettingKind, Settings,
};
use crate::text::Key;
use crate::words::Words;

fn field(key: &str, label: Key, kind: SettingKind, value: &str, restarts: Restarts) -> SettingField {
    SettingField {
        key: key.into(),
        label,
        hint: None,
        kind,
        value: value.into(),
        default: None,
        error: None,
        restarts,
    }
}

/// `/settings`.
pub fn settings() -> Settings {
    let text = |max| SettingKind::Text { max };
    let number = |min, max, unit: &str| SettingKind::Number { min, max, unit: Some(unit.into()) };
    let group = |id, title, fields| SettingGroup { id, title, fields };
    Settings {
        groups: vec![
            group(
                "network",
                key!("settings.group.network"),
                vec![
                    SettingField {
                        hint: Some(key!("setting.network-name.hint")),
                        ..field(
                            "network_name",
                            key!("setting.network-name"),
                            text(32),
                            "Kijiji Net",
                            Restarts::Nothing,
                        )
                    },
                    SettingField {
                        hint: Some(key!("setting.plmn.hint")),
                        error: Some(Words::new(key!("problem.plmn"))),
                        ..field("plmn", key!("setting.plmn"), text(7), "99999", Restarts::Cell)
                    },
                    SettingField {
                        hint: Some(key!("setting.phone-to-phone.hint")),
                        ..field(
                            "phone_to_phone",
                            key!("setting.phone-to-phone"),
                            SettingKind::Switch,
                            "on",
                            Restarts::Nothing,
                        )
                    },
                ],
            ),
            group(
                "internet",
                key!("settings.group.internet"),
                vec![
                    field(
                        "backhaul_way",
                        key!("setting.backhaul.way"),
                        SettingKind::Choice(vec![
                            Choice { value: "dhcp".into(), label: key!("backhaul.dhcp").into() },
                            Choice { value: "wifi".into(), label: key!("backhaul.wifi").into() },
                            Choice { value: "none".into(), label: key!("backhaul.none").into() },
                        ]),
                        "wifi",
                        Restarts::Internet,
                    ),
                    field(
                        "backhaul_password",
                        key!("setting.backhaul.password"),
                        SettingKind::Secret { set: true },
                        "",
                        Restarts::Internet,
                    ),
                ],
            ),
            group(
                "phones",
                key!("settings.group.phones"),
                vec![SettingField {
                    default: Some("10000".into()),
                    ..field(
                        "speed_down",
                        key!("setting.speed-down"),
                        number(64, 1_000_000, "kbit/s"),
                        "4000",
                        Restarts::Nothing,
                    )
                }],
            ),
            group(
                "power",
                key!("settings.group.power"),
                vec![field(
                    "cell_off",
                    key!("setting.power.cell-off"),
                    number(10, 14, "V"),
                    "11.2",
                    Restarts::Nothing,
                )],
            ),
        ],
        revision: 41,
        stale: true,
    }
}

fn change(
    label: Key,
    old: Option<&str>,
    new: Option<&str>,
    restarts: Restarts,
    outage_seconds: u32,
) -> Change {
    Change {
        label: label.into(),
        old: old.map(Words::verbatim),
        new: new.map(Words::verbatim),
        restarts,
        outage_seconds,
    }
}

/// `/settings/preview`.
pub fn preview() -> Preview {
    Preview {
        changes: vec![
            change(
                key!("setting.network-name"),
                Some("Kijiji Net"),
                Some("<Kijiji> 2"),
                Restarts::Nothing,
                0,
            ),
            change(key!("setting.plmn"), Some("001-01"), Some("999-99"), Restarts::Cell, 95),
            change(key!("setting.ntp"), None, Some("10.0.0.5"), Restarts::Nothing, 0),
        ],
        mistakes: Vec::new(),
        ticket: "dGlja2V0".into(),
        trial_seconds: 90,
    }
}

/// `/settings/preview` with mistakes.
pub fn preview_mistakes() -> Preview {
    Preview { mistakes: vec![Words::new(key!("problem.plmn"))], ..preview() }
}

/// `/settings/preview` when nothing would change.
pub fn preview_nothing() -> Preview {
    Preview { changes: Vec::new(), ..preview() }
}

/// `/settings/history`.
pub fn history() -> History {
    let revision = |number: u64, state, can_undo| Revision {
        number,
        when: noon().plus(-7_200 * (43 - i64::try_from(number).unwrap_or(0))).into(),
        who: "Amina".into(),
        changes: preview().changes.into_iter().skip(usize::from(number == 42)).collect(),
        state,
        can_undo,
    };
    History {
        revisions: vec![
            revision(42, RevisionState::Current, true),
            revision(41, RevisionState::Reverted, false),
            revision(40, RevisionState::Kept, true),
        ],
        pager: pager(),
    }
}

/// `/people`.
pub fn people() -> People {
    let account = |name: &str, role, own| Account {
        name: name.into(),
        role,
        own,
        last_used: (role != Role::Viewer).then_some(When::Ago(500)),
        removable: !own,
    };
    let session = |id: &str, device: &str, current| Session {
        id: id.into(),
        device: device.into(),
        since: noon().plus(-9_000).into(),
        last: When::Ago(30),
        current,
    };
    People {
        accounts: vec![
            account("Amina", Role::Owner, true),
            account("Joseph", Role::Seller, false),
            account("Grace <viewer>", Role::Viewer, false),
        ],
        sessions: vec![session("s1", "Firefox, Android", true), session("s2", "Chrome, Windows", false)],
        entered: Entered::new(),
        password_min: 10,
        max_accounts: 32,
    }
}

/// `/people` after a wrong password.
pub fn people_wrong() -> People {
    People {
        entered: Entered::new()
            .wrong("current", key!("problem.password-wrong"))
            .wrong("again", key!("problem.password-differs")),
        max_accounts: 3,
        ..people()
    }
}

/// `/people/{name}/remove`.
pub fn person_remove() -> Remove {
    Remove { name: "Joseph".into() }
}

/// `/audit`.
pub fn audit() -> Audit {
    let entry = |ago: i64, who: Option<&str>, what: Words, outcome| Entry {
        when: noon().plus(-ago).into(),
        who: who.map(str::to_owned),
        from: "192.168.77.23".into(),
        what,
        outcome,
    };
    Audit {
        entries: vec![
            entry(60, Some("Amina"), Words::new(key!("audit.settings-kept")).with("n", "42"), Outcome::Done),
            entry(
                3_000,
                Some("Joseph"),
                Words::new(key!("audit.phone-added")).with("name", "<b>Duka</b>"),
                Outcome::Done,
            ),
            entry(
                90_000,
                None,
                Words::new(key!("audit.sign-in-refused")).with("name", "admin"),
                Outcome::Refused,
            ),
            entry(99_000, Some("Amina"), Words::new(key!("audit.backup-made")), Outcome::Failed),
        ],
        pager: Pager { total: None, ..pager() },
    }
}

/// `/security`.
pub fn security() -> Security {
    Security {
        fingerprint: digest(7),
        ca_fingerprint: digest(8),
        ca_name: "Pumice PB-000417".into(),
        valid_from: Some(noon().plus(-900_000)),
        valid_until: Some(noon().plus(300_000_000)),
        names: vec!["pumice.local".into(), "192.168.77.1".into()],
        protocols: vec!["TLS 1.3".into(), "TLS 1.2".into()],
        session_minutes: 30,
        listens: vec!["192.168.77.1:443".into(), "10.0.1.1:443".into()],
    }
}
