//! What is there in a body, though it may be null: a change that takes something away, and not one that is left out.

use serde::{Deserialize, Deserializer};

/// Something that is there.
pub fn given<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}
