//! Views with made-up values: for tests here and in the gateway's web crate, and for looking at the pages.

mod box_care;
mod daily;
mod first_boot;
mod owner;

pub use box_care::*;
pub use daily::*;
pub use first_boot::*;
use maud::Markup;
pub use owner::*;

use crate::frame::{Flash, Frame, Pager, Person, Role, Section, Trial};
use crate::moment::Moment;
use crate::page;
use crate::text::Language;
use crate::words::Words;

/// Noon of a day, in the zone of Nairobi.
pub fn noon() -> Moment {
    Moment::from_unix(1_795_510_800, 180)
}

/// The frame of somebody who is signed in.
pub fn frame(language: Language, role: Role, section: Section) -> Frame {
    let name = match role {
        Role::Owner => "Amina",
        Role::Seller => "Joseph",
        Role::Viewer => "Grace",
    };
    Frame {
        person: Some(Person { name: name.into(), role }),
        section,
        network: "Kijiji Net".into(),
        now: Some(noon()),
        ..Frame::nobody(language, "c2FtcGxlLWNzcmY")
    }
}

/// Somewhere in the middle of a long list.
pub fn pager() -> Pager {
    Pager {
        from: 26,
        to: 50,
        total: Some(1_234),
        previous: Some("?page=1".into()),
        next: Some("?page=3".into()),
    }
}

/// A page with a name for its file.
#[derive(Debug)]
pub struct Sample {
    /// A word.
    pub name: &'static str,
    /// The page.
    pub html: Markup,
}

/// Every page in a language, and the states of those that differ much.
pub fn all(language: Language) -> Vec<Sample> {
    let mut samples = stranger_pages(language);
    samples.extend(owner_pages(language));
    samples.extend(care_pages(language));
    samples.extend(other_pages(language));
    samples
}

/// Pages of somebody who has not signed in, and of the wizard.
fn stranger_pages(language: Language) -> Vec<Sample> {
    let nobody = Frame { now: Some(noon()), ..Frame::nobody(language, "c2FtcGxlLWNzcmY") };
    let unclaimed = Frame { claimed: false, ..nobody.clone() };
    let named = Frame { network: "Kijiji Net".into(), ..nobody };
    let setup = frame(language, Role::Owner, Section::None);
    let of = |name, html| Sample { name, html };
    vec![
        of("claim", page::claim::page(&unclaimed, &claim(page::claim::Step::Code))),
        of("claim-owner", page::claim::page(&unclaimed, &claim(page::claim::Step::Owner))),
        of("claim-wrong", page::claim::page(&unclaimed, &claim_wrong())),
        of("login", page::login::page(&named, &page::login::Login::default())),
        of("login-wrong", page::login::page(&named, &login_wrong())),
        of("setup-backhaul", page::setup::backhaul(&setup, &backhaul())),
        of("setup-network", page::setup::network(&setup, &network())),
        of("setup-cell", page::setup::cell(&setup, &setup_cell(cell_nothing()))),
        of("setup-cell-refused", page::setup::cell(&setup, &setup_cell(cell_refused()))),
        of("setup-cell-connected", page::setup::cell(&setup, &setup_cell(cell_connected()))),
        of("setup-phones", page::setup::phones(&setup, &setup_phones())),
        of("setup-done", page::setup::done(&setup, &setup_done())),
        of("setup-unfinished", page::setup::done(&setup, &setup_unfinished())),
        of("error-alone", page::error::page(&named, &failure(page::error::Kind::NotFound))),
        of("plain", page::plain::page(&named, &plain())),
        of("portal", page::plain::portal(&named, &portal())),
        of("label", page::box_label::page(&named, &box_label())),
    ]
}

/// The pages that an owner sees daily.
fn owner_pages(language: Language) -> Vec<Sample> {
    let at = |section| frame(language, Role::Owner, section);
    let of = |name, html| Sample { name, html };
    let trial = Frame {
        trial: Some(Trial { seconds_left: 73, changes: 2, by: "Amina".into() }),
        flash: Some(Flash::Done(Words::new(crate::key!("flash.saved")))),
        ..at(Section::Home)
    };
    vec![
        of("home", page::home::page(&at(Section::Home), &home())),
        of("home-trial", page::home::page(&trial, &home_setup())),
        of("home-failing", page::home::page(&at(Section::Home), &home_failing())),
        of("phones", page::phones::page(&at(Section::Phones), &phones())),
        of("phones-none", page::phones::page(&at(Section::Phones), &phones_none())),
        of("phones-not-found", page::phones::page(&at(Section::Phones), &phones_not_found())),
        of("phone", page::phone::page(&at(Section::Phones), &phone())),
        of("phone-remove", page::phone::remove(&at(Section::Phones), &phone_remove())),
        of("add", page::add_phone::page(&at(Section::AddPhone), &add_phone())),
        of("add-no-batch", page::add_phone::page(&at(Section::AddPhone), &add_phone_wrong())),
        of("add-dry-run", page::add_phone::page(&at(Section::AddPhone), &add_phone_dry_run())),
        of("scan", page::add_phone::scan(&at(Section::AddPhone), &page::add_phone::Scan::default())),
        of("batch", page::add_phone::load_batch(&at(Section::AddPhone), &load_batch())),
        of("labels", page::labels::page(&at(Section::Phones), &labels())),
        of("cells", page::cells::page(&at(Section::Cells), &cells())),
        of("cells-none", page::cells::page(&at(Section::Cells), &cells_none())),
        of("cell-forget", page::cells::forget(&at(Section::Cells), &cell_forget())),
        of("charts", page::charts::page(&at(Section::Charts), &charts(page::charts::Span::Day))),
        of("charts-month", page::charts::page(&at(Section::Charts), &charts(page::charts::Span::Month))),
        of(
            "charts-no-clock",
            page::charts::page(&Frame { now: None, ..at(Section::Charts) }, &charts_no_clock()),
        ),
        of("charts-nothing", page::charts::page(&at(Section::Charts), &charts_nothing())),
        of("settings", page::settings::page(&at(Section::Settings), &settings())),
        of("settings-preview", page::settings::preview(&at(Section::Settings), &preview())),
        of("settings-mistakes", page::settings::preview(&at(Section::Settings), &preview_mistakes())),
        of("settings-nothing", page::settings::preview(&at(Section::Settings), &preview_nothing())),
        of("history", page::history::page(&at(Section::Settings), &history())),
        of("people", page::people::page(&at(Section::People), &people())),
        of("people-wrong", page::people::page(&at(Section::People), &people_wrong())),
        of("person-remove", page::people::remove(&at(Section::People), &person_remove())),
        of("audit", page::audit::page(&at(Section::People), &audit())),
        of("security", page::security::page(&at(Section::Security), &security())),
        of(
            "error",
            page::error::page(&at(Section::None), &failure(page::error::Kind::TooMany { wait_seconds: 30 })),
        ),
        of("error-refused", page::error::page(&at(Section::None), &failure(refused()))),
    ]
}

/// The care of the box.
fn care_pages(language: Language) -> Vec<Sample> {
    let at = frame(language, Role::Owner, Section::Care);
    let of = |name, html| Sample { name, html };
    vec![
        of("care", page::care::page(&at, &care())),
        of("backup", page::backup::page(&at, &page::backup::Backup { last: None })),
        of("backup-made", page::backup::made(&at, &backup_made())),
        of("restore", page::restore::page(&at, &restore())),
        of("restore-opened", page::restore::page(&at, &restore_opened())),
        of("software", page::software::page(&at, &software())),
        of("software-busy", page::software::page(&at, &software_busy())),
        of("diagnostics", page::diagnostics::page(&at, &diagnostics())),
        of("capture", page::capture::page(&at, &capture())),
        of("restart", page::restart::page(&at, &page::restart::Restart { phones: 23 })),
        of("restarting", page::restart::restarting(&at, &restarting())),
        of("reset", page::reset::page(&at, &reset())),
        of("reset-everything", page::reset::page(&at, &reset_everything())),
    ]
}

/// What sellers and viewers see.
fn other_pages(language: Language) -> Vec<Sample> {
    let seller = |section| frame(language, Role::Seller, section);
    let viewer = |section| frame(language, Role::Viewer, section);
    let of = |name, html| Sample { name, html };
    vec![
        of("seller-home", page::home::page(&seller(Section::Home), &home())),
        of("seller-phone", page::phone::page(&seller(Section::Phones), &phone())),
        of("seller-add", page::add_phone::page(&seller(Section::AddPhone), &add_phone())),
        of("viewer-phones", page::phones::page(&viewer(Section::Phones), &phones())),
        of("viewer-cells", page::cells::page(&viewer(Section::Cells), &cells())),
        of("viewer-settings", page::settings::page(&viewer(Section::Settings), &settings())),
        of("viewer-history", page::history::page(&viewer(Section::Settings), &history())),
        of("viewer-care", page::care::page(&viewer(Section::Care), &care())),
    ]
}
