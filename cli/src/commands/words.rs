//! Times and counts in words, for lists.

use time::OffsetDateTime;
use time::macros::format_description;

/// A time in milliseconds since the Unix epoch: `2026-11-30 12:00`, in UTC.
pub fn time(ms: i64) -> String {
    let shape = format_description!("[year]-[month]-[day] [hour]:[minute]");
    let time = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).ok();
    time.and_then(|time| time.format(shape).ok()).unwrap_or_else(|| "-".into())
}

/// `1 file`, `2 files`.
pub fn count(number: usize, of: &str) -> String {
    if number == 1 { format!("1 {of}") } else { format!("{number} {of}s") }
}
