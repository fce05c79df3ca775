//! Keys as a keyboard with the US layout sends them.

use serde_json::{Value, json};

/// A key of the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "their names are what is printed on them")]
pub enum Key {
    Backspace,
    Delete,
    Down,
    End,
    Enter,
    Escape,
    Home,
    Left,
    PageDown,
    PageUp,
    Right,
    Space,
    Tab,
    Up,
    /// The key that writes this character.
    Char(char),
}

/// Keys that are held while another is pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Modifiers(u8);

impl Modifiers {
    /// None.
    pub const NONE: Self = Self(0);
    /// Alt.
    pub const ALT: Self = Self(1);
    /// Control.
    pub const CONTROL: Self = Self(2);
    /// Shift.
    pub const SHIFT: Self = Self(8);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// With Alt or Control held a key writes nothing.
    const fn silence(self) -> bool {
        self.0 & (Self::ALT.0 | Self::CONTROL.0) != 0
    }
}

/// A key in the terms of UI Events, and its Windows virtual key code.
struct Stroke {
    key: String,
    code: String,
    virtual_key: u8,
    text: String,
}

impl Key {
    /// The protocol's events: down (with the text that it writes), up.
    pub(super) fn events(self, modifiers: Modifiers) -> [Value; 2] {
        let Stroke { key, code, virtual_key, text } = self.stroke();
        let text = if modifiers.silence() { "" } else { &text };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let event = |kind: &str| {
            json!({
                "type": kind, "key": key, "code": code, "modifiers": modifiers.0,
                "windowsVirtualKeyCode": virtual_key, "nativeVirtualKeyCode": virtual_key,
            })
        };
        let mut pressed = event(down);
        if let (false, Some(fields)) = (text.is_empty(), pressed.as_object_mut()) {
            fields.insert("text".to_owned(), text.into());
        }
        [pressed, event("keyUp")]
    }

    fn stroke(self) -> Stroke {
        let named = |key: &str, virtual_key, text: &str| Stroke {
            key: key.to_owned(),
            code: key.to_owned(),
            virtual_key,
            text: text.to_owned(),
        };
        match self {
            Self::Backspace => named("Backspace", 8, ""),
            Self::Delete => named("Delete", 46, ""),
            Self::Down => named("ArrowDown", 40, ""),
            Self::End => named("End", 35, ""),
            Self::Enter => named("Enter", 13, "\r"),
            Self::Escape => named("Escape", 27, ""),
            Self::Home => named("Home", 36, ""),
            Self::Left => named("ArrowLeft", 37, ""),
            Self::PageDown => named("PageDown", 34, ""),
            Self::PageUp => named("PageUp", 33, ""),
            Self::Right => named("ArrowRight", 39, ""),
            Self::Tab => named("Tab", 9, ""),
            Self::Up => named("ArrowUp", 38, ""),
            Self::Space | Self::Char(' ') => Stroke {
                key: " ".to_owned(),
                code: "Space".to_owned(),
                virtual_key: 32,
                text: " ".to_owned(),
            },
            Self::Char(character) => written(character),
        }
    }
}

/// The key of a character. One that is neither letter nor digit goes without a code: its place depends on the layout.
fn written(character: char) -> Stroke {
    let upper = character.to_ascii_uppercase();
    let (code, virtual_key) = match upper {
        'A'..='Z' => (format!("Key{upper}"), u8::try_from(upper).unwrap_or_default()),
        '0'..='9' => (format!("Digit{upper}"), u8::try_from(upper).unwrap_or_default()),
        _ => (String::new(), 0),
    };
    Stroke { key: character.to_string(), code, virtual_key, text: character.to_string() }
}
