use core::fmt;
use core::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, Visitor};

/// Lets a type that derives with `#[serde(remote = "Self")]` be read from a JSON object only. The derived reading alone
/// would also take an array of the members in their order, which the description does not know.
macro_rules! only_objects {
    ($($type:ty),+ $(,)?) => { $(
        impl $crate::dto::object::Members for $type {
            fn read<'de, D: serde::Deserializer<'de>>(members: D) -> Result<Self, D::Error> {
                Self::deserialize(members)
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::dto::object::read(deserializer)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }
    )+ };
}

pub(super) use only_objects;

/// What is read by its members.
pub(super) trait Members: Sized {
    fn read<'de, D: Deserializer<'de>>(members: D) -> Result<Self, D::Error>;
}

pub(super) fn read<'de, D: Deserializer<'de>, T: Members>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(OnlyObject(PhantomData))
}

struct OnlyObject<T>(PhantomData<T>);

impl<'de, T: Members> Visitor<'de> for OnlyObject<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::read(MapAccessDeserializer::new(members))
    }
}
