//! The languages.

/// A language of the page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Language {
    /// English, in which the texts are written first.
    #[default]
    English,
    /// Spanish.
    Spanish,
    /// French.
    French,
    /// Swahili.
    Swahili,
    /// Portuguese.
    Portuguese,
    /// English in disguise, from right to left: shows what is not translated and what stands on the wrong side.
    #[cfg(any(test, feature = "samples"))]
    Pseudo,
}

/// Most octets of an `Accept-Language` header that are looked at.
const MAX_HEADER: usize = 256;

impl Language {
    /// Those that a reader may choose.
    pub const ALL: [Self; 5] = [Self::English, Self::Spanish, Self::French, Self::Swahili, Self::Portuguese];

    pub(super) const COUNT: usize = 6;

    pub(super) const fn index(self) -> usize {
        match self {
            Self::English => 0,
            Self::Spanish => 1,
            Self::French => 2,
            Self::Swahili => 3,
            Self::Portuguese => 4,
            #[cfg(any(test, feature = "samples"))]
            Self::Pseudo => 5,
        }
    }

    pub(super) const fn source(self) -> &'static str {
        match self {
            Self::English => super::key::ENGLISH,
            Self::Spanish => include_str!("../../assets/texts/es.txt"),
            Self::French => include_str!("../../assets/texts/fr.txt"),
            Self::Swahili => include_str!("../../assets/texts/sw.txt"),
            Self::Portuguese => include_str!("../../assets/texts/pt.txt"),
            #[cfg(any(test, feature = "samples"))]
            Self::Pseudo => super::key::ENGLISH,
        }
    }

    /// A text as the language has it: only the disguise changes it.
    pub(super) fn altered(self, text: &str) -> String {
        match self {
            #[cfg(any(test, feature = "samples"))]
            Self::Pseudo => super::pseudo::disguise(text),
            _ => text.to_owned(),
        }
    }

    /// The tag of BCP 47, for `lang` and for forms.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Swahili => "sw",
            Self::Portuguese => "pt",
            #[cfg(any(test, feature = "samples"))]
            Self::Pseudo => "en-XB",
        }
    }

    /// What the language calls itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Swahili => "Kiswahili",
            Self::Portuguese => "Português",
            #[cfg(any(test, feature = "samples"))]
            Self::Pseudo => "Ƥşēŭđō",
        }
    }

    /// `ltr` or `rtl`.
    pub const fn direction(self) -> &'static str {
        match self {
            #[cfg(any(test, feature = "samples"))]
            Self::Pseudo => "rtl",
            _ => "ltr",
        }
    }

    /// Whether somebody who grew up with the language has read the texts.
    pub const fn reviewed(self) -> bool {
        matches!(self, Self::English)
    }

    /// Whether a number takes the singular (CLDR's category `one`).
    pub const fn is_one(self, count: u64) -> bool {
        match self {
            Self::French | Self::Portuguese => count <= 1,
            _ => count == 1,
        }
    }

    /// The language of a tag: `pt`, `pt-MZ`, `PT_br`.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The best language for a browser's header; English when it names none of ours.
    pub fn from_accept_language(header: &str) -> Self {
        let mut end = header.len().min(MAX_HEADER);
        while !header.is_char_boundary(end) {
            end -= 1;
        }
        let mut best: Option<(u16, Self)> = None;
        for wish in header.get(..end).unwrap_or_default().split(',') {
            let mut parts = wish.split(';').map(str::trim);
            let Some(language) = parts.next().and_then(Self::parse) else { continue };
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1000), thousandths);
            let Some(weight) = weight.filter(|weight| *weight > 0) else { continue };
            // The first of equals: browsers list what is liked most first.
            if best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, language));
            }
        }
        best.map_or(Self::English, |(_, language)| language)
    }
}

/// A weight like `0.8` or `1` as thousandths.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.trim().split_once('.').unwrap_or_else(|| (weight.trim(), ""));
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let whole: u16 = whole.parse().ok().filter(|whole| *whole <= 1)?;
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    Some(whole * 1000 + fraction).filter(|weight| *weight <= 1000)
}
