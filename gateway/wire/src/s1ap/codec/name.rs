//! The names that a cell and an MME give themselves (9.1.8.4, 9.1.8.5).

use std::borrow::Cow;

use oxirush_s1ap::aper::Reader;
use oxirush_s1ap::{AsnType, Decode, Error};

const LONGEST: usize = 150;

/// A PrintableString, read as a VisibleString, which has the same form: cells are seen to put an underscore in.
pub(super) struct VisibleName(pub(super) String);

impl AsnType for VisibleName {
    const NAME: &'static str = "VisibleString";
}

impl<'a> Decode<'a> for VisibleName {
    fn decode(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.visible_string_extensible(1, LONGEST).map(|name| Self(name.into_owned()))
    }
}

/// The name as a PrintableString: other characters become hyphens, and it is cut to its longest. Nothing if it is empty.
pub(super) fn write(name: &str) -> Option<Cow<'static, str>> {
    let printable = |letter: char| letter.is_ascii_alphanumeric() || " '()+,-./:=?".contains(letter);
    let name: String =
        name.chars().take(LONGEST).map(|letter| if printable(letter) { letter } else { '-' }).collect();
    (!name.is_empty()).then_some(Cow::Owned(name))
}
