//! What stands around every page: head, navigation, banners, footer.

use maud::{DOCTYPE, Markup, html};

use crate::asset;
use crate::component::{Icon, icon, note, post};
use crate::frame::{Flash, Frame, Role, Section};
use crate::live::{self, Part};
use crate::page::home::State;
use crate::text::{Language, t};

/// A page with navigation.
pub(crate) fn page(frame: &Frame, title: &str, main: &Markup) -> Markup {
    page_with(frame, title, main, &[])
}

/// A page with navigation, and scripts beside the common one.
pub(crate) fn page_with(frame: &Frame, title: &str, main: &Markup, scripts: &[&asset::Asset]) -> Markup {
    document(
        frame,
        title,
        scripts,
        &html! {
            div.frame {
                (top(frame))
                div.content {
                    (banners(frame))
                    main #main tabindex="-1" {
                        h1 { (title) }
                        (main)
                    }
                    (footer(frame))
                }
                @if frame.person.is_some() { (tabs(frame)) (menu(frame)) }
            }
        },
    )
}

/// A page that stands for itself: signing in, the wizard, an error of somebody who has not signed in.
pub(crate) fn alone(frame: &Frame, title: &str, before: &Markup, main: &Markup) -> Markup {
    document(
        frame,
        title,
        &[],
        &html! {
            div.alone {
                header.brand { (brand(frame)) }
                (banners(frame))
                (before)
                main #main tabindex="-1" {
                    h1 { (title) }
                    (main)
                }
                (footer(frame))
            }
        },
    )
}

/// A page without any form: for plain HTTP, where nothing should be sent, and for printing.
pub(crate) fn bare(frame: &Frame, title: &str, main: &Markup) -> Markup {
    document(
        frame,
        title,
        &[],
        &html! {
            div.alone {
                header.brand { (brand(frame)) }
                main #main tabindex="-1" {
                    h1 { (title) }
                    (main)
                }
            }
        },
    )
}

/// The document around a body.
fn document(frame: &Frame, title: &str, scripts: &[&asset::Asset], body: &Markup) -> Markup {
    let of = if frame.network.is_empty() { t!(frame, "app.name") } else { &frame.network };
    html! {
        (DOCTYPE)
        html lang=(frame.language.tag()) dir=(frame.language.direction()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="theme-color" content="#0b6e69";
                meta name="robots" content="noindex";
                title { (title) " · " (of) }
                link rel="stylesheet" href=(asset::STYLE.href());
                link rel="icon" type="image/svg+xml" href=(asset::ICON.href());
                script src=(asset::SCRIPT.href()) defer {}
                @for script in scripts { script src=(script.href()) defer {} }
            }
            body {
                a.skip href="#main" { (t!(frame, "nav.skip")) }
                (body)
                p.visually-hidden #announce aria-live="polite" {}
            }
        }
    }
}

fn brand(frame: &Frame) -> Markup {
    html! {
        a.brand href="/" {
            svg.mark viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
                path.stone d="M4 24c-1-5 3-9 9-9.5 7-.6 14 2 15 7 .8 4.5-4 7.5-12 7.5-7 0-11.3-1-12-5z" {}
                path.wave d="M8 10.5a11 11 0 0 1 16 0M12 13a5.5 5.5 0 0 1 8 0" {}
                circle.pore cx="11" cy="22" r="2" {}
                circle.pore cx="17.5" cy="19.5" r="1.3" {}
                circle.pore cx="21.5" cy="24" r="1.6" {}
            }
            span { (t!(frame, "app.name")) }
        }
    }
}

fn top(frame: &Frame) -> Markup {
    html! {
        header.top {
            (brand(frame))
            @if !frame.network.is_empty() { span.network { (frame.network) } }
            @if let Some(person) = &frame.person {
                a.person href="/people" aria-label=(t!(frame, "nav.signed-in", name = person.name)) {
                    (icon(Icon::People)) span { (person.name) }
                }
            }
        }
    }
}

fn banners(frame: &Frame) -> Markup {
    html! {
        p.contact #contact hidden role="status" data-text=(t!(frame, "live.lost", time = "#")) {}
        @if frame.person.is_some() { (live::part(Part::Trial, None, &trial(frame))) }
        @match &frame.flash {
            Some(Flash::Done(words)) => {
                div.flash role="status" { (note(State::Ok, &html! { p { (words.said(frame.catalogue())) } })) }
            }
            Some(Flash::Failed(words)) => {
                div.flash role="alert" { (note(State::Bad, &html! { p { (words.said(frame.catalogue())) } })) }
            }
            None => {}
        }
    }
}

/// The live part [`Part::Trial`]: the banner while settings are on trial, empty otherwise.
///
/// Forms: `/settings/keep`, `/settings/back`.
pub fn trial(frame: &Frame) -> Markup {
    let Some(trial) = &frame.trial else { return html! {} };
    html! {
        section.trial aria-label=(t!(frame, "trial.title")) {
            (icon(Icon::Warn))
            div {
                p.title { (t!(frame, "trial.title")) }
                p {
                    (t!(frame, "trial.text", count u64::from(trial.changes), who = trial.by)) " "
                    strong data-countdown=(trial.seconds_left) data-text=(t!(frame, "trial.left", n = "#")) {
                        (t!(frame, "trial.left", n = trial.seconds_left))
                    }
                }
            }
            @if frame.owner() {
                div.actions {
                    (post(frame, "/settings/keep", &html! { button.primary type="submit" { (t!(frame, "trial.keep")) } }))
                    (post(frame, "/settings/back", &html! { button type="submit" { (t!(frame, "trial.back")) } }))
                }
            }
        }
    }
}

/// The entries of the navigation for a role, in order.
fn entries(role: Role) -> &'static [Section] {
    match role {
        Role::Owner => &[
            Section::Home,
            Section::Phones,
            Section::AddPhone,
            Section::Cells,
            Section::Charts,
            Section::Settings,
            Section::People,
            Section::Care,
            Section::Security,
        ],
        Role::Seller => &[Section::Home, Section::Phones, Section::AddPhone],
        Role::Viewer => &[
            Section::Home,
            Section::Phones,
            Section::Cells,
            Section::Charts,
            Section::Settings,
            Section::Care,
            Section::Security,
        ],
    }
}

fn entry(frame: &Frame, section: Section) -> (&'static str, Icon, &'static str) {
    match section {
        Section::AddPhone => ("/phones/add", Icon::Add, t!(frame, "nav.add-phone")),
        Section::Care => ("/care", Icon::Care, t!(frame, "nav.care")),
        Section::Cells => ("/cells", Icon::Cell, t!(frame, "nav.cells")),
        Section::Charts => ("/charts", Icon::Chart, t!(frame, "nav.charts")),
        Section::Home | Section::None => ("/", Icon::Home, t!(frame, "nav.home")),
        Section::People => ("/people", Icon::People, t!(frame, "nav.people")),
        Section::Phones => ("/phones", Icon::Phone, t!(frame, "nav.phones")),
        Section::Security => ("/security", Icon::Shield, t!(frame, "nav.security")),
        Section::Settings => ("/settings", Icon::Settings, t!(frame, "nav.settings")),
    }
}

fn link(frame: &Frame, section: Section) -> Markup {
    let (href, shape, text) = entry(frame, section);
    html! {
        li { a href=(href) aria-current=[(section == frame.section).then_some("page")] { (icon(shape)) span { (text) } } }
    }
}

/// The bar at the foot of a small screen: the few entries that are used daily, and the way to the others.
fn tabs(frame: &Frame) -> Markup {
    let role = frame.person.as_ref().map_or(Role::Viewer, |person| person.role);
    html! {
        nav.tabs aria-label=(t!(frame, "nav.daily")) { ul {
            @for section in entries(role).iter().take(3) { (link(frame, *section)) }
            li { a href="#menu" { (icon(Icon::Menu)) span { (t!(frame, "nav.more")) } } }
        } }
    }
}

/// All entries: beside the page where there is room; else a sheet that the bar's last entry opens, without a script, by being the target.
fn menu(frame: &Frame) -> Markup {
    let role = frame.person.as_ref().map_or(Role::Viewer, |person| person.role);
    html! {
        nav.menu #menu aria-label=(t!(frame, "nav.all")) {
            a.close href="#main" { (icon(Icon::Close)) span { (t!(frame, "nav.close")) } }
            ul { @for section in entries(role) { (link(frame, *section)) } }
            (post(frame, "/logout", &html! {
                button.quiet type="submit" { (icon(Icon::Out)) span { (t!(frame, "nav.sign-out")) } }
            }))
        }
    }
}

/// The choice of the language: a POST to `/language` with `language` and `back`, the page to come back to.
fn footer(frame: &Frame) -> Markup {
    html! {
        footer.foot {
            (post(frame, "/language", &html! {
                input type="hidden" name="back" value=(frame.path);
                label for="foot-language" { (icon(Icon::Globe)) (t!(frame, "language.label")) }
                " "
                select #foot-language name="language" { (language_options(frame)) }
                " "
                button.quiet type="submit" { (t!(frame, "language.choose")) }
            }))
            @if !frame.language.reviewed() { p.soft { (t!(frame, "language.unreviewed")) } }
        }
    }
}

/// The languages, each by its own name, with a mark where nobody who grew up with it has read the texts.
pub(crate) fn language_options(frame: &Frame) -> Markup {
    html! {
        @for language in Language::ALL {
            option value=(language.tag()) lang=(language.tag()) selected[language == frame.language] {
                (language.own_name()) @if !language.reviewed() { " *" }
            }
        }
    }
}
