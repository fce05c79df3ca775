//! Icons, drawn here: strokes in a square of 24.

use maud::{Markup, PreEscaped, html};

/// An icon. It stands beside a text, and screen readers pass it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is what its name says")]
pub enum Icon {
    Add,
    Back,
    Bad,
    Camera,
    Care,
    Cell,
    Chart,
    Close,
    Download,
    File,
    Globe,
    Home,
    Key,
    Menu,
    Next,
    Ok,
    Out,
    People,
    Phone,
    Power,
    Print,
    Search,
    Settings,
    Shield,
    Unknown,
    Warn,
}

impl Icon {
    const fn path(self) -> &'static str {
        match self {
            Self::Add => "M12 5v14M5 12h14",
            Self::Back => "M15 5l-7 7 7 7",
            Self::Bad => "M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8zM9 9l6 6M15 9l-6 6",
            Self::Camera => "M4 8h3l2-3h6l2 3h3v11H4zM12 10a3.5 3.5 0 1 0 .01 0",
            Self::Care => "M12 20s-8-4.6-8-10.5A4.5 4.5 0 0 1 12 7a4.5 4.5 0 0 1 8 2.5C20 15.4 12 20 12 20z",
            Self::Cell => "M12 11v10M8.5 14.5a5 5 0 1 1 7 0M5.5 17.5a9 9 0 1 1 13 0",
            Self::Chart => "M4 4v16h16M8 15l4-5 3 3 5-7",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Download => "M12 4v11M7 11l5 5 5-5M5 20h14",
            Self::File => "M6 3h8l4 4v14H6zM14 3v4h4",
            Self::Globe => "M12 3a9 9 0 1 0 .01 0M3 12h18M12 3c5 5 5 13 0 18M12 3c-5 5-5 13 0 18",
            Self::Home => "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
            Self::Key => "M8 11.5a4 4 0 1 0 .01 0M11 13l9-9M16 8l3 3",
            Self::Menu => "M4 7h16M4 12h16M4 17h16",
            Self::Next => "M9 5l7 7-7 7",
            Self::Ok => "M12 3a9 9 0 1 0 .01 0M8 12l3 3 5-6",
            Self::Out => "M14 4H5v16h9M10 12h10M16 8l4 4-4 4",
            Self::People => {
                "M9 11a3.5 3.5 0 1 0-.01 0M3 20c0-8 12-8 12 0M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14c2 1 3 3 3 6"
            }
            Self::Phone => "M7 2.5h10v19H7zM11 18.5h2",
            Self::Power => "M12 3v8M7 6a8 8 0 1 0 10 0",
            Self::Print => "M7 9V3h10v6M7 18H4V9h16v9h-3M7 14h10v7H7z",
            Self::Search => "M11 4a7 7 0 1 0 .01 0M16 16l5 5",
            Self::Settings => "M4 7h9M17 7h3M15 5v4M4 17h3M11 17h9M9 15v4M4 12h4M12 12h8M10 10v4",
            Self::Shield => "M12 3l8 3v6c0 5-4 8-8 9-4-1-8-4-8-9V6zM8.5 12l2.5 2.5 4.5-5",
            Self::Unknown => "M12 3a9 9 0 1 0 .01 0M9 9.5a3 3 0 1 1 4 3c-1 .5-1 1-1 1.5M12 17v.1",
            Self::Warn => "M12 3.5l9.5 17h-19zM12 10v5M12 17.5v.1",
        }
    }

    /// Arrows turn round where people read from right to left.
    const fn turns(self) -> bool {
        matches!(self, Self::Back | Self::Next | Self::Out)
    }
}

/// An icon as SVG.
pub fn icon(icon: Icon) -> Markup {
    html! {
        svg.icon.turns[icon.turns()] viewBox="0 0 24 24" aria-hidden="true" focusable="false" {
            path d=(PreEscaped(icon.path())) {}
        }
    }
}
