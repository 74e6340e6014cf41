//! Range requests (RFC 9110 §14): which bytes of a file a request is for. Asked by
//! representations.

use axum::http::{HeaderMap, header};
use http_range_header::{EndPosition, StartPosition, parse_range_header};

use crate::error::{Error, Result};

/// The bytes a response carries, the end excluded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of them: 200.
    Whole,
    /// A part: 206.
    Part {
        /// First byte.
        from: u64,
        /// One past the last byte.
        to: u64,
    },
}

impl Wanted {
    /// The bytes of a file of `size` bytes, the end excluded.
    pub fn of(self, size: u64) -> (u64, u64) {
        match self {
            Self::Whole => (0, size),
            Self::Part { from, to } => (from, to),
        }
    }
}

/// Which bytes of a file of `size` bytes are wanted. A range that is not understood, or of several
/// parts, is ignored as §14.2 allows; [`Error::RangeNotSatisfiable`] where it begins past the end.
pub fn wanted(headers: &HeaderMap, size: u64) -> Result<Wanted> {
    let Some(range) = headers.get(header::RANGE).and_then(|range| range.to_str().ok()) else {
        return Ok(Wanted::Whole);
    };
    let Ok(parsed) = parse_range_header(range) else {
        return Ok(Wanted::Whole);
    };
    let [only] = parsed.ranges.as_slice() else {
        return Ok(Wanted::Whole);
    };
    let (from, to) = match (only.start, only.end) {
        (StartPosition::Index(from), EndPosition::LastByte) => (from, size),
        (StartPosition::Index(from), EndPosition::Index(last)) if last < from => {
            return Ok(Wanted::Whole);
        }
        (StartPosition::Index(from), EndPosition::Index(last)) => {
            (from, size.min(last.saturating_add(1)))
        }
        (StartPosition::FromLast(length), _) => (size.saturating_sub(length), size),
    };
    if from < to { Ok(Wanted::Part { from, to }) } else { Err(Error::RangeNotSatisfiable { size }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_ten(headers: &[(header::HeaderName, &str)]) -> Result<Wanted> {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap()));
        wanted(&headers.collect(), 10)
    }

    fn part(from: u64, to: u64) -> Wanted {
        Wanted::Part { from, to }
    }

    #[test]
    fn parts_are_cut_to_the_file() {
        for (range, expected) in [
            ("bytes=0-0", part(0, 1)),
            ("bytes=2-4", part(2, 5)),
            ("bytes=7-", part(7, 10)),
            ("bytes=7-99", part(7, 10)),
            ("bytes=-3", part(7, 10)),
            ("bytes=-99", part(0, 10)),
            ("bytes=0-18446744073709551615", part(0, 10)),
        ] {
            assert_eq!(of_ten(&[(header::RANGE, range)]).unwrap(), expected, "{range}");
        }
    }

    #[test]
    fn what_is_not_understood_is_ignored() {
        for range in ["pages=1-2", "bytes=x-y", "bytes=5-2", "bytes=0-1,4-5", "bytes="] {
            assert_eq!(of_ten(&[(header::RANGE, range)]).unwrap(), Wanted::Whole, "{range}");
        }
        assert_eq!(of_ten(&[]).unwrap(), Wanted::Whole);
    }

    #[test]
    fn a_range_past_the_end_is_refused_with_the_size() {
        for range in ["bytes=10-", "bytes=99-100"] {
            let refused = of_ten(&[(header::RANGE, range)]);
            assert!(matches!(refused, Err(Error::RangeNotSatisfiable { size: 10 })), "{range}");
        }
    }
}
