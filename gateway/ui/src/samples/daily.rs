//! Home, phones, cells, charts.

use super::{noon, pager};
use crate::form::Entered;
use crate::frame::Pager;
use crate::key;
use crate::moment::{Date, When};
use crate::page::add_phone::{AddPhone, BadRow, DryRun, LoadBatch, Way};
use crate::page::cells::{Admission, CellRow, CellState, Cells, Forget};
use crate::page::charts::{Charts, Span};
use crate::page::home::{
    Action, Check, CheckKind, Event, Failing, Home, Internet, Now, Outlook, State, Status,
};
use crate::page::labels::{Label, Labels};
use crate::page::phone::{Phone, Remove, Speed, Usage};
use crate::page::phones::{Filter, PhoneRow, PhoneState, Phones, Totals};
use crate::page::setup::{Refusal, Step};
use crate::words::Words;

/// A number between 0 and 1 that looks drawn by lot, and is the same each time.
fn chance(n: u32) -> f64 {
    let mixed = n.wrapping_mul(2_654_435_761).rotate_left(13).wrapping_mul(2_246_822_519);
    f64::from(mixed >> 8) / f64::from(1_u32 << 24)
}

/// A line that rises and falls, with a gap.
fn wave(count: u32, most: f64, gap: std::ops::Range<u32>) -> Vec<Option<f64>> {
    (0..count)
        .map(|n| {
            let turn = f64::from(n) / f64::from(count.max(1)) * std::f64::consts::TAU;
            let value = most * (0.55 - 0.4 * turn.cos() + 0.12 * (chance(n) - 0.5));
            (!gap.contains(&n)).then_some(value.max(0.0))
        })
        .collect()
}

fn check(kind: CheckKind, state: State, text: Words, action: Option<Action>) -> Check {
    Check { kind, state, text, action }
}

/// `/` on a day without internet.
pub fn home() -> Home {
    let off = noon().plus(-3_480);
    Home {
        status: Status { phones: 23, internet: Internet::Off { since: off.into() }, outlook: Outlook::Good },
        checks: vec![
            check(
                CheckKind::Power,
                State::Ok,
                Words::new(key!("check.power.ok")).with("volts", "12.6"),
                None,
            ),
            check(
                CheckKind::Clock,
                State::Ok,
                Words::new(key!("check.clock.ok")).with("source", "satellites (GPS)"),
                None,
            ),
            check(CheckKind::Disk, State::Ok, Words::new(key!("check.disk.ok")).with("free", "21 GB"), None),
            check(
                CheckKind::Internet,
                State::Bad,
                Words::new(key!("check.internet.no-answer")),
                Some(Action {
                    text: Words::new(key!("check.do.internet")),
                    href: Some("/settings#internet".into()),
                }),
            ),
            check(CheckKind::Cell, State::Ok, Words::counted(key!("check.cell.connected"), 1), None),
            check(
                CheckKind::FirstPhone,
                State::Ok,
                Words::new(key!("check.first-phone.seen")).with("name", "Amina").with("time", "12 Nov"),
                None,
            ),
        ],
        now: Now {
            attached: 23,
            phones: (0..30).map(|n| Some(f64::from(19 + n / 7))).collect(),
            down: wave(30, 4_200_000.0, 0..0),
            up: wave(30, 800_000.0, 9..12),
            minutes: 30,
        },
        events: vec![
            Event {
                when: noon().plus(-95).into(),
                state: State::Ok,
                what: Words::new(key!("event.phone-attached")).with("name", "Joseph"),
                href: Some("/phones/999990000000002".into()),
            },
            Event {
                when: off.into(),
                state: State::Bad,
                what: Words::new(key!("event.internet-off")),
                href: None,
            },
            Event {
                when: When::Ago(90_000),
                state: State::Warn,
                what: Words::new(key!("event.cell-refused")).with("address", "10.0.1.99"),
                href: Some("/cells".into()),
            },
        ],
        setup: None,
    }
}

/// `/` with the wizard unfinished.
pub fn home_setup() -> Home {
    let none = check(
        CheckKind::FirstPhone,
        State::Unknown,
        Words::new(key!("check.first-phone.none")),
        Some(Action { text: Words::new(key!("check.do.add-phone")), href: Some("/phones/add".into()) }),
    );
    Home {
        status: Status { phones: 0, internet: Internet::NotWanted, outlook: Outlook::ToDo },
        checks: vec![
            check(CheckKind::Power, State::Unknown, Words::new(key!("check.power.unknown")), None),
            none,
        ],
        now: Now { minutes: 1, ..Now::default() },
        events: Vec::new(),
        setup: Some(Step::Cell),
    }
}

/// `/` when phones are not served.
pub fn home_failing() -> Home {
    let mut home = home();
    home.status = Status {
        phones: 0,
        internet: Internet::On,
        outlook: Outlook::Failing(vec![Failing::NoCell, Failing::Power]),
    };
    home.checks = vec![
        check(
            CheckKind::Power,
            State::Bad,
            Words::new(key!("check.power.low")).with("volts", "10.9"),
            Some(Action { text: Words::new(key!("check.do.battery")), href: None }),
        ),
        check(
            CheckKind::Cell,
            State::Bad,
            Words::new(key!("check.cell.none")),
            Some(Action { text: Words::new(key!("check.do.cell")), href: Some("/cells".into()) }),
        ),
        check(
            CheckKind::Clock,
            State::Warn,
            Words::new(key!("check.clock.unsure")).with("source", "nothing"),
            Some(Action { text: Words::new(key!("check.do.clock")), href: None }),
        ),
    ];
    home
}

/// A phone.
pub fn phone_row(n: u32) -> PhoneRow {
    let names = ["Amina", "Joseph Mwangi", "Duka la Juma", "<script>alert(1)</script>", "", "Mama Njeri"];
    let index = usize::try_from(n).unwrap_or(0);
    let state = PhoneState::ALL.into_iter().cycle().nth(index).unwrap_or(PhoneState::Away);
    PhoneRow {
        imsi: format!("9999900000{n:05}"),
        name: names.into_iter().cycle().nth(index).unwrap_or_default().into(),
        state,
        today: Some(u64::from(n) * 37_123_456 + 1_204),
        last_seen: When::Ago(u64::from(n) * 4_000),
        cell: (n != 4).then(|| "duka-roof".into()),
    }
}

/// `/phones`.
pub fn phones() -> Phones {
    Phones {
        rows: (0..25).map(phone_row).collect(),
        filter: Filter::default(),
        pager: pager(),
        totals: Totals { known: 1_234, attached: 23, barred: 2 },
        query: "page=2".into(),
    }
}

/// `/phones` when there are none.
pub fn phones_none() -> Phones {
    Phones {
        rows: Vec::new(),
        filter: Filter::default(),
        pager: Pager::default(),
        totals: Totals::default(),
        query: String::new(),
    }
}

/// `/phones` when the search finds none.
pub fn phones_not_found() -> Phones {
    Phones {
        filter: Filter { search: "\"><img src=x>".into(), state: Some(PhoneState::Barred) },
        query: "search=%22%3E&state=barred".into(),
        totals: Totals { known: 1_234, attached: 23, barred: 0 },
        ..phones_none()
    }
}

/// `/phones/{imsi}`.
pub fn phone() -> Phone {
    let day = |n: u32| Usage {
        date: Date::from_days(noon().unix() / 86_400 - 29 + i64::from(n)),
        down: u64::from(n % 7) * 41_000_000,
        up: u64::from(n % 5) * 6_000_000,
    };
    let month = |n: u32| Usage {
        date: Date {
            year: if n == 0 { 2025 } else { 2026 },
            month: u8::try_from((n + 11) % 12 + 1).unwrap_or(1),
            day: 1,
        },
        down: u64::from(n + 1) * 310_000_000,
        up: u64::from(n + 2) * 28_000_000,
    };
    Phone {
        row: phone_row(0),
        addresses: vec!["10.45.0.2".into(), "fd00:45::2".into()],
        apn: Some("internet".into()),
        speed: Speed { down: Some(2_000), up: None },
        days: (0..30).map(day).collect(),
        months: (0..12).map(month).collect(),
        entered: Entered::new()
            .with("name", "Amina")
            .with("down", "fast")
            .wrong("down", Words::new(key!("problem.number")).with("min", "64").with("max", "1000000")),
    }
}

/// `/phones/{imsi}/remove`.
pub fn phone_remove() -> Remove {
    Remove { imsi: "999990000000003".into(), name: "<script>alert(1)</script>".into() }
}

/// `/phones/add`.
pub fn add_phone() -> AddPhone {
    AddPhone { cards_left: 477, max_rows: 10_000, ..AddPhone::default() }
}

/// `/phones/add` without a batch, with mistakes in what was typed.
pub fn add_phone_wrong() -> AddPhone {
    AddPhone {
        open: Way::Typed,
        entered: Entered::new()
            .with("imsi", "00101")
            .wrong("imsi", key!("problem.imsi"))
            .wrong("k", key!("problem.hex")),
        max_rows: 10_000,
        ..AddPhone::default()
    }
}

/// `/phones/add` with a file's result.
pub fn add_phone_dry_run() -> AddPhone {
    let bad = |line, column: Option<&str>, problem: Words| BadRow {
        line,
        column: column.map(str::to_owned),
        problem,
    };
    AddPhone {
        open: Way::Csv,
        dry_run: Some(DryRun {
            file: "phones <new>.csv".into(),
            good: 118,
            bad: vec![
                bad(4, Some("imsi"), Words::new(key!("problem.imsi"))),
                bad(17, Some("k"), Words::new(key!("problem.hex"))),
                bad(60, None, Words::new(key!("problem.twice")).with("line", "59")),
            ],
            more_bad: 9,
            ticket: "dGlja2V0".into(),
        }),
        ..add_phone()
    }
}

/// `/phones/batch`.
pub fn load_batch() -> LoadBatch {
    LoadBatch {
        from_setup: false,
        cards_left: 477,
        entered: Entered::new().wrong("passphrase", key!("problem.passphrase")),
    }
}

/// `/phones/labels`.
pub fn labels() -> Labels {
    let label = |n: u32| {
        let row = phone_row(n);
        Label { name: row.name, imsi: row.imsi }
    };
    Labels { labels: (0..6).map(label).collect(), pager: pager() }
}

/// `/cells`.
pub fn cells() -> Cells {
    let cell = |id: &str, name: &str, state, phones| CellRow {
        id: id.into(),
        name: name.into(),
        address: Some("10.0.1.17".into()),
        state,
        since: noon().plus(-7_000).into(),
        phones,
    };
    Cells {
        rows: vec![
            cell("999-99-1a2b3", "duka-roof", CellState::Connected, 23),
            cell("999-99-1a2b4", "school <2>", CellState::Away, 0),
            cell("999-99-00007", "", CellState::Refused(Refusal::NotAdmitted), 0),
            cell("001-01-00001", "", CellState::Refused(Refusal::Tac { told: 7, ours: 1 }), 0),
        ],
        admission: Admission::ListOnly,
        card: super::cell_card(),
    }
}

/// `/cells` when there are none.
pub fn cells_none() -> Cells {
    Cells { rows: Vec::new(), admission: Admission::LearnOne, ..cells() }
}

/// `/cells/{id}/forget`.
pub fn cell_forget() -> Forget {
    Forget { id: "999-99-1a2b3".into(), name: "duka-roof".into(), phones: 23 }
}

/// `/charts`.
pub fn charts(span: Span) -> Charts {
    let (count, step_seconds) = match span {
        Span::Hour => (60, 60),
        Span::Day => (288, 300),
        Span::Month => (720, 3_600),
    };
    let lost = count / 2..count / 2 + count / 12;
    Charts {
        span,
        start: Some(noon().plus(-i64::from(count) * i64::from(step_seconds))),
        step_seconds,
        down: wave(count, 8_000_000.0, lost.clone()),
        up: wave(count, 1_700_000.0, lost.clone()),
        phones: wave(count, 41.0, lost.clone()).into_iter().map(|value| value.map(f64::round)).collect(),
        attach_success: (0..count)
            .map(|n| {
                (!lost.contains(&n) && n % 9 != 4)
                    .then(|| if n % 40 == 7 { 75.0 } else { 98.0 + 2.0 * chance(n) })
            })
            .collect(),
        delay: wave(count, 90.0, lost),
    }
}

/// `/charts` on a box that does not know the time.
pub fn charts_no_clock() -> Charts {
    Charts { start: None, ..charts(Span::Hour) }
}

/// `/charts` when nothing was measured.
pub fn charts_nothing() -> Charts {
    Charts {
        span: Span::Hour,
        start: None,
        step_seconds: 60,
        down: Vec::new(),
        up: Vec::new(),
        phones: vec![None; 60],
        attach_success: vec![None; 60],
        delay: Vec::new(),
    }
}
