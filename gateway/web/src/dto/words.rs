//! Enumerations that are words on the wire, in requests too.

/// An enumeration whose variants are words. Reading one from JSON takes the word alone, as the description says: derived
/// reading would take an object too.
macro_rules! words {
    ($(#[$about:meta])* $name:ident, $error:ident, $wanted:literal {
        $($(#[$each:meta])* $variant:ident => $word:literal,)+
    }) => {
        $(#[$about])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
        )]
        #[serde(rename_all = "snake_case", try_from = "String")]
        pub enum $name {
            $($(#[$each])* $variant,)+
        }

        impl $name {
            /// The word for it.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, $error> {
                match text.as_str() {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($error),
                }
            }
        }

        /// A text is none of the words.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[error("unknown word, expected {}", $wanted)]
        pub struct $error;
    };
}

pub(super) use words;
