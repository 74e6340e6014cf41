//! Which bytes of something were delivered: ranges that do not touch, in order. A download is complete once they are all of
//! it, in whatever order they left. Kept as text by `db::download` and `db::archive`.

use std::fmt;
use std::str::FromStr;

/// Ranges that are told apart; where there are more, the smallest is forgotten, but never what is there from the start.
pub const MOST: u32 = 100;

/// The ranges, the ends excluded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pieces(Vec<(u64, u64)>);

impl Pieces {
    /// Bytes `from..to` were delivered, too.
    pub fn add(&mut self, from: u64, to: u64) {
        if from >= to {
            return;
        }
        let touching = |&(start, end): &(u64, u64)| start <= to && from <= end;
        let (touching, mut apart): (Vec<_>, Vec<_>) = self.0.drain(..).partition(touching);
        let from = touching.iter().map(|piece| piece.0).fold(from, u64::min);
        let to = touching.iter().map(|piece| piece.1).fold(to, u64::max);
        apart.push((from, to));
        apart.sort_unstable();
        if apart.len() > MOST as usize {
            let others = (0..apart.len()).filter(|&at| apart[at].0 > 0);
            let smallest = others.min_by_key(|&at| apart[at].1 - apart[at].0);
            apart.remove(smallest.expect("there are some"));
        }
        self.0 = apart;
    }

    /// Whether they are all of something of so many bytes.
    pub fn are_all_of(&self, size: u64) -> bool {
        self.without_gap() >= size
    }

    /// Bytes from the start without a gap.
    pub fn without_gap(&self) -> u64 {
        self.0.first().filter(|piece| piece.0 == 0).map_or(0, |piece| piece.1)
    }

    /// Whether a range that begins there can be told from the others, or goes on with one of them.
    pub fn take(&self, from: u64) -> bool {
        self.0.len() < MOST as usize
            || self.0.iter().any(|&(start, end)| start <= from && from <= end)
    }
}

impl fmt::Display for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (from, to)) in self.0.iter().enumerate() {
            write!(f, "{}{from}-{to}", if at == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

/// It says nothing of pieces.
#[derive(Debug, thiserror::Error)]
#[error("no pieces are written so")]
pub struct NoPieces;

impl FromStr for Pieces {
    type Err = NoPieces;

    fn from_str(text: &str) -> Result<Self, NoPieces> {
        let pieces = text.split(',').filter(|piece| !piece.is_empty()).map(|piece| {
            let (from, to) = piece.split_once('-')?;
            Some((from.parse().ok()?, to.parse().ok()?))
        });
        pieces.collect::<Option<_>>().map(Self).ok_or(NoPieces)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(ranges: &[(u64, u64)]) -> Pieces {
        let mut pieces = Pieces::default();
        for (from, to) in ranges {
            pieces.add(*from, *to);
        }
        pieces
    }

    #[test]
    fn they_are_all_of_it_in_whatever_order_they_left() {
        for ranges in
            [&[(0, 10)][..], &[(5, 10), (0, 5)], &[(7, 10), (0, 3), (2, 8)], &[(9, 10), (0, 9)]]
        {
            let pieces = of(ranges);
            assert!(pieces.are_all_of(10), "{pieces}");
            assert_eq!(pieces.to_string(), "0-10");
        }
        for ranges in [&[][..], &[(0, 9)], &[(1, 10)], &[(0, 4), (5, 10)], &[(9, 10), (9, 10)]] {
            assert!(!of(ranges).are_all_of(10), "{ranges:?}");
        }
        assert_eq!(of(&[(5, 7), (0, 3)]).without_gap(), 3);
        assert_eq!(of(&[(5, 7), (3, 3)]).without_gap(), 0);
    }

    #[test]
    fn they_are_read_as_they_were_written() {
        for ranges in [&[][..], &[(0, 3)], &[(5, 7), (0, 3)]] {
            let pieces = of(ranges);
            assert_eq!(pieces.to_string().parse::<Pieces>().unwrap(), pieces);
        }
        for text in ["x", "1", "1-x", "-1-2"] {
            assert!(text.parse::<Pieces>().is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_there_from_the_start_is_never_forgotten() {
        let mut pieces = of(&[(0, 1)]);
        for n in 1..=2 * u64::from(MOST) {
            pieces.add(n * 10, n * 10 + 5);
            assert_eq!(pieces.without_gap(), 1);
        }
    }

    #[test]
    fn no_more_are_told_apart_than_can_be_kept() {
        let many: Vec<_> = (0..u64::from(MOST)).map(|n| (n * 10, n * 10 + 5)).collect();
        let mut pieces = of(&many);
        assert!(!pieces.take(7) && pieces.take(5) && pieces.take(993));
        pieces.add(7, 8);
        assert_eq!(pieces, of(&many), "the smallest was forgotten");
    }
}
