//! What is stored of a file, for parsers that go to and fro in it: one piece of it is in memory at a time, and only so much
//! of it is read at all. Used by the checks of pictures and archives.

use std::io::{self, BufRead, Read, Seek, SeekFrom};

/// Bytes fetched at a time: as many as the store reads together.
const PIECE_BYTES: u64 = 256 * 1024;

/// A file of which a piece is in memory.
pub struct Window<F> {
    fetch: F,
    size: u64,
    at: u64,
    piece_at: u64,
    piece: Vec<u8>,
    /// Bytes that may still be fetched.
    left: u64,
    is_exhausted: bool,
}

impl<F: FnMut(u64, u64) -> io::Result<Vec<u8>>> Window<F> {
    /// A file of so many bytes, of which at most `budget` are read by `fetch`, from a place and up to one.
    pub fn new(size: u64, budget: u64, fetch: F) -> Self {
        Self { fetch, size, at: 0, piece_at: 0, piece: vec![], left: budget, is_exhausted: false }
    }

    /// Whether more was asked for than may be read.
    pub fn is_exhausted(&self) -> bool {
        self.is_exhausted
    }

    /// What lies at the place, to the end of the piece that it is in.
    fn ahead(&mut self) -> io::Result<&[u8]> {
        if self.at >= self.size {
            return Ok(&[]);
        }
        if self.at < self.piece_at || self.at - self.piece_at >= self.piece.len() as u64 {
            let from = self.at / PIECE_BYTES * PIECE_BYTES;
            let to = self.size.min(from + PIECE_BYTES);
            if to - from > self.left {
                self.is_exhausted = true;
                return Err(io::Error::other("more would have to be read than may be"));
            }
            self.left -= to - from;
            self.piece = (self.fetch)(from, to)?;
            self.piece_at = from;
        }
        let skipped = usize::try_from(self.at - self.piece_at).map_err(io::Error::other)?;
        self.piece.get(skipped..).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

impl<F: FnMut(u64, u64) -> io::Result<Vec<u8>>> Read for Window<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let taken = self.ahead()?.read(buffer)?;
        self.at += taken as u64;
        Ok(taken)
    }
}

impl<F: FnMut(u64, u64) -> io::Result<Vec<u8>>> BufRead for Window<F> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.ahead()
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount as u64;
    }
}

impl<F> Seek for Window<F> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.size.checked_add_signed(by),
        };
        self.at = place.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(content: &[u8], budget: u64) -> Window<impl FnMut(u64, u64) -> io::Result<Vec<u8>>> {
        let place = |at: u64| usize::try_from(at).unwrap();
        Window::new(content.len() as u64, budget, move |from, to| {
            Ok(content[place(from)..place(to)].to_vec())
        })
    }

    #[test]
    fn everything_is_where_it_lies() {
        let content: Vec<u8> = (0..700_000_u32).map(|i| u8::try_from(i % 251).unwrap()).collect();
        let mut window = over(&content, u64::MAX);
        let mut all = vec![];
        window.read_to_end(&mut all).unwrap();
        assert_eq!(all, content);
        for at in [0, 1, 262_143, 262_144, 699_999] {
            window.seek(SeekFrom::Start(at)).unwrap();
            let mut byte = [0];
            window.read_exact(&mut byte).unwrap();
            assert_eq!(u64::from(byte[0]), at % 251);
        }
        window.seek(SeekFrom::End(5)).unwrap();
        assert_eq!(window.read(&mut [0]).unwrap(), 0);
        assert!(window.seek(SeekFrom::Start(0)).is_ok());
        assert!(window.seek(SeekFrom::Current(-1)).is_err());
    }

    #[test]
    fn no_more_is_read_than_may_be() {
        let content = vec![1; 700_000];
        let mut window = over(&content, 600_000);
        let mut read = vec![];
        assert!(window.read_to_end(&mut read).is_err());
        assert!(window.is_exhausted());
        assert_eq!(read.len() as u64, 2 * PIECE_BYTES);
    }
}
