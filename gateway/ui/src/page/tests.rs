mod html;

use std::collections::BTreeSet;

use html::{Page, read};
use maud::Markup;

use crate::frame::{Flash, Frame, Person, Role, Section, Trial};
use crate::layout;
use crate::live::Part;
use crate::page;
use crate::samples;
use crate::text::Language;
use crate::words::Words;

const TOKEN: &str = "c2FtcGxlLWNzcmY";

fn wrong(page: &Markup) -> Vec<String> {
    let text = page.clone().into_string();
    if !text.starts_with("<!DOCTYPE html>") {
        return vec!["no DOCTYPE".into()];
    }
    let nodes = match read(&text) {
        Ok(nodes) => nodes,
        Err(mistake) => return vec![mistake],
    };
    let mut page = Page::new(&nodes);
    page.outline();
    page.references(true);
    page.names();
    page.forms(TOKEN);
    page.policy();
    page.filled();
    page.finish()
}

#[test]
fn every_page_is_well_made_in_every_language() {
    let mut all = Vec::new();
    for language in Language::ALL.into_iter().chain([Language::Pseudo]) {
        let pages = samples::all(language);
        let names: BTreeSet<&str> = pages.iter().map(|sample| sample.name).collect();
        assert_eq!(names.len(), pages.len(), "two samples have one name");
        for sample in pages {
            all.extend(
                wrong(&sample.html)
                    .into_iter()
                    .map(|what| format!("{} {}: {what}", language.tag(), sample.name)),
            );
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

#[test]
fn pages_are_in_the_language_that_is_asked_for() {
    for language in Language::ALL.into_iter().chain([Language::Pseudo]) {
        for sample in samples::all(language) {
            let head = format!("<html lang=\"{}\" dir=\"{}\">", language.tag(), language.direction());
            assert!(sample.html.into_string().contains(&head), "{}", sample.name);
        }
    }
    assert!(samples::all(Language::Pseudo)[0].html.0.contains("dir=\"rtl\""));
}

/// A text that stands in the code and not in the catalogue would be English for everybody: the disguise shows it.
#[test]
fn every_text_is_in_the_catalogue() {
    // What is the same everywhere: names of standards and makers, units, and what the samples say.
    let same = [
        "IMSI",
        "ICCID",
        "PLMN",
        "TAC",
        "APN",
        "OPc",
        "K",
        "SHA-256",
        "Android",
        "iPhone, iPad",
        "Windows",
        "Firefox",
        "WiFi",
        "MB",
        "s",
        "V",
        "kbit/s",
        "imsi",
        "k",
        "Chrome, Windows",
    ];
    let data = ["code", "pre", "bdi", "option", "time"];
    let mut plain = BTreeSet::new();
    for (disguised, english) in
        samples::all(Language::Pseudo).into_iter().zip(samples::all(Language::English))
    {
        let (disguised, english) = (disguised.html.into_string(), english.html.into_string());
        let (disguised, english) = (read(&disguised).unwrap(), read(&english).unwrap());
        let pairs = Page::new(&disguised);
        let english = Page::new(&english);
        for ((text, around), (same_text, _)) in pairs.texts().zip(english.texts()) {
            let letters = text.chars().any(char::is_alphabetic);
            let known = same.iter().any(|known| text.trim_matches([' ', ':', ',', '.', '·']) == *known);
            if letters && text == same_text && !known && !around.iter().any(|tag| data.contains(tag)) {
                plain.insert(text.trim().to_owned());
            }
        }
    }
    let made_up = made_up();
    plain.retain(|text| !made_up.iter().any(|part| text.contains(part)));
    assert!(plain.is_empty(), "{plain:#?}");
}

/// What the samples made up.
fn made_up() -> [&'static str; 17] {
    [
        "Kijiji",
        "Amina",
        "Joseph",
        "Grace",
        "admin",
        "7f3a",
        "999990000",
        "Raspberry",
        "TLS 1.3",
        "PB-000",
        "Mbit/s",
        "kbit/s",
        "\u{a0}",
        "amina",
        "duka",
        "internet",
        "school",
    ]
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "\"><script>alert('x')</script><img src=x onerror=y>{n}'&amp;";
    for role in Role::ALL {
        let frame = Frame {
            person: Some(Person { name: hostile.into(), role }),
            csrf: TOKEN.into(),
            network: hostile.into(),
            path: format!("/{hostile}"),
            trial: Some(Trial { seconds_left: 9, changes: 1, by: hostile.into() }),
            flash: Some(Flash::Failed(Words::verbatim(hostile))),
            ..samples::frame(Language::English, role, Section::Home)
        };
        let mut home = samples::home();
        home.events[0].what = Words::verbatim(hostile);
        home.events[0].href = Some(format!("/x?{hostile}"));
        home.checks[0].text = Words::new(crate::key!("check.disk.ok")).with("free", hostile);
        let mut phone = samples::phone();
        phone.row.imsi = hostile.into();
        phone.row.name = hostile.into();
        phone.row.cell = Some(hostile.into());
        phone.entered = crate::Entered::new().with("name", hostile).wrong("name", hostile);
        let mut cells = samples::cells();
        cells.rows[2].id = hostile.into();
        cells.rows[2].name = hostile.into();
        let pages = [
            page::home::page(&frame, &home),
            page::phone::page(&frame, &phone),
            page::phone::remove(&frame, &page::phone::Remove { imsi: hostile.into(), name: hostile.into() }),
            page::cells::page(&frame, &cells),
        ];
        for html in pages {
            // The made-up placeholder is data here: everything else must hold.
            let mistakes: Vec<_> =
                wrong(&html).into_iter().filter(|what| !what.starts_with("not filled in")).collect();
            assert!(mistakes.is_empty(), "{mistakes:#?}");
            assert!(!html.0.contains("<script>"));
            assert!(!html.0.contains("<img"));
        }
    }
}

#[test]
fn secrets_are_never_sent_back() {
    let entered = ["k", "opc", "password", "again", "current", "passphrase", "recovery_key"]
        .into_iter()
        .fold(crate::Entered::new(), |entered, field| entered.with(field, "CANARY"));
    let frame = samples::frame(Language::English, Role::Owner, Section::None);
    let open = |open| page::add_phone::AddPhone { open, entered: entered.clone(), ..samples::add_phone() };
    let pages = [
        page::add_phone::page(&frame, &open(page::add_phone::Way::Typed)),
        page::claim::page(
            &frame,
            &page::claim::Claim { entered: entered.clone(), ..samples::claim(page::claim::Step::Owner) },
        ),
        page::login::page(&frame, &page::login::Login { entered: entered.clone(), ..Default::default() }),
        page::people::page(&frame, &page::people::People { entered: entered.clone(), ..samples::people() }),
        page::add_phone::load_batch(
            &frame,
            &page::add_phone::LoadBatch { entered: entered.clone(), ..Default::default() },
        ),
        page::restore::page(&frame, &page::restore::Restore { entered, ..Default::default() }),
    ];
    for html in pages {
        assert!(!html.0.contains("CANARY"));
    }
}

#[test]
fn roles_see_what_they_may_do() {
    let links = |role| {
        let frame = samples::frame(Language::English, role, Section::Home);
        page::home::page(&frame, &samples::home_setup()).into_string()
    };
    let (owner, seller, viewer) = (links(Role::Owner), links(Role::Seller), links(Role::Viewer));
    for (path, for_owner, for_seller, for_viewer) in [
        ("href=\"/phones\"", true, true, true),
        ("href=\"/phones/add\"", true, true, false),
        ("href=\"/cells\"", true, false, true),
        ("href=\"/settings\"", true, false, true),
        ("href=\"/care\"", true, false, true),
        ("href=\"/setup/cell\"", true, false, false),
    ] {
        assert_eq!(owner.contains(path), for_owner, "owner {path}");
        assert_eq!(seller.contains(path), for_seller, "seller {path}");
        // The check's own action leads to the form, which the server refuses to a viewer.
        if path != "href=\"/phones/add\"" {
            assert_eq!(viewer.contains(path), for_viewer, "viewer {path}");
        }
    }
}

#[test]
fn viewers_and_sellers_get_no_forms_that_change_settings() {
    let may =
        |name: &str| if name.starts_with("seller") { vec!["/phones/add", "/phones/csv"] } else { Vec::new() };
    let mut seen = 0;
    for sample in samples::all(Language::English) {
        if !sample.name.starts_with("seller") && !sample.name.starts_with("viewer") {
            continue;
        }
        for form in sample.html.0.split("<form method=\"post\" action=\"").skip(1) {
            let action = form.split('"').next().unwrap();
            let common = matches!(action, "/language" | "/logout");
            assert!(common || may(sample.name).contains(&action), "{}: {action}", sample.name);
            seen += 1;
        }
    }
    assert!(seen > 8);
}

#[test]
fn live_parts_are_what_their_pages_show() {
    let owner = |section| samples::frame(Language::Swahili, Role::Owner, section);
    let home = samples::home();
    let frame =
        Frame { trial: Some(Trial { seconds_left: 9, changes: 1, by: "A".into() }), ..owner(Section::Home) };
    let cell = samples::setup_cell(samples::cell_refused());
    let (phones, phone, cells) = (samples::phones(), samples::phone(), samples::cells());
    let (capture, done) = (samples::capture(), samples::setup_done());
    let home_page = page::home::page(&frame, &home);
    let pairs = [
        (
            Part::Capture,
            page::capture::page(&frame, &capture),
            page::capture::running(&frame, &capture.running),
        ),
        (Part::CellWait, page::setup::cell(&frame, &cell), page::setup::cell_wait(&frame, &cell.wait)),
        (Part::CellsList, page::cells::page(&frame, &cells), page::cells::list(&frame, &cells)),
        (
            Part::FirstPhone,
            page::setup::done(&frame, &done),
            page::setup::first_phone(&frame, &done.first_phone),
        ),
        (Part::HomeChecks, home_page.clone(), page::home::checks(&frame, &home.checks)),
        (Part::HomeEvents, home_page.clone(), page::home::events(&frame, &home.events)),
        (Part::HomeNow, home_page.clone(), page::home::now(&frame, &home.now)),
        (Part::HomeStatus, home_page.clone(), page::home::status(&frame, &home.status)),
        (Part::PhoneState, page::phone::page(&frame, &phone), page::phone::state(&frame, &phone.row)),
        (Part::PhonesList, page::phones::page(&frame, &phones), page::phones::list(&frame, &phones)),
        (Part::Trial, home_page, layout::trial(&frame)),
    ];
    assert_eq!(pairs.len(), Part::ALL.len());
    for (part, html, fragment) in pairs {
        assert_eq!(Part::parse(part.name()), Some(part));
        let nodes = read(&fragment.0).unwrap();
        let mut checked = Page::new(&nodes);
        checked.references(false);
        checked.names();
        checked.policy();
        checked.filled();
        assert_eq!(checked.finish(), Vec::<String>::new(), "{part:?}");
        let mark = format!("data-live=\"{}\"", part.name());
        let (_, after) = html.0.split_once(&mark).unwrap_or_else(|| panic!("{part:?} is in no page"));
        let (_, inside) = after.split_once('>').unwrap();
        assert!(inside.starts_with(fragment.0.as_str()), "{part:?}");
    }
    assert_eq!(Part::parse("home"), None);
}

#[test]
fn the_sentence_is_honest() {
    use page::home::{Failing, Internet, Outlook, Status, sentence};
    let frame = samples::frame(Language::English, Role::Owner, Section::Home);
    let off = Internet::Off { since: samples::noon().plus(-3_480).into() };
    let said = |phones, internet, outlook| sentence(&frame, &Status { phones, internet, outlook });
    assert_eq!(said(23, off, Outlook::Good), "Serving 23 phones. Internet off since 11:02. Nothing is lost.");
    assert_eq!(said(1, Internet::On, Outlook::Good), "Serving 1 phone. Internet works. All is well.");
    assert_eq!(
        said(0, Internet::NotWanted, Outlook::Failing(vec![Failing::NoCell])),
        "Serving no phones. No internet is set up. Phones are not served as they should be."
    );
}
