//! Key material. It never prints, it is wiped when dropped, and it leaves only through [`Key128::expose`] and its like, which
//! are easy to search for.

use core::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::ModelError;
use crate::identity::hex_octets;

macro_rules! key {
    ($(#[$doc:meta])* $name:ident, $octets:literal) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop, Serialize, Deserialize)]
        pub struct $name([u8; $octets]);

        impl $name {
            /// Takes the octets of the key.
            pub const fn new(octets: [u8; $octets]) -> Self {
                Self(octets)
            }

            /// The octets of the key, for a cipher or a sealed record; for nothing else.
            pub const fn expose(&self) -> &[u8; $octets] {
                &self.0
            }

            /// Reads hexadecimal digits; spaces are not skipped.
            pub fn from_hex(text: &str) -> Result<Self, ModelError> {
                hex_octets(text).map(Self)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

key!(
    /// A key of 128 bits: K, OP, OPc, a NAS key.
    Key128,
    16
);
key!(
    /// A key of 256 bits: K_ASME, K_eNB, NH.
    Key256,
    32
);
