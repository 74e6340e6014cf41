//! One file of an archive, as the directory has it (APPNOTE §4.3.12).

use std::io::{self, Read};

use super::Fault;
use super::directory::{u16_at, u32_at, u64_at};

/// Bytes of an entry behind its signature, without name, extra fields and comment.
const FIXED: usize = 42;
/// Bytes of the header that lies before a file, without name and extra fields (§4.3.7).
pub const LOCAL: usize = 30;
/// The extra field with sizes that do not fit (§4.5.3).
const ZIP64: u16 = 0x0001;
/// The extra field with the name in UTF-8 (§4.6.9), which some believe rather.
const UNICODE_PATH: u16 = 0x7075;
/// What is said in place of a number that does not fit.
const ELSEWHERE: u64 = 0xffff_ffff;

/// One file, folder or link.
pub struct Entry {
    /// How it is packed (§4.4.5).
    pub method: u16,
    /// Whether it is encrypted.
    pub is_encrypted: bool,
    /// Whether it is a symbolic link.
    pub is_link: bool,
    /// Bytes that it has in the archive.
    pub packed: u64,
    /// Bytes that it unpacks to.
    pub unpacked: u64,
    /// Where it is said to lie.
    pub at: u64,
    name: Vec<u8>,
    /// What it is called for some.
    unicode_name: Option<Vec<u8>>,
}

impl Entry {
    /// The entry that begins here, behind its signature.
    pub fn read(directory: &mut impl Read) -> io::Result<Self> {
        let mut fixed = [0; FIXED];
        directory.read_exact(&mut fixed)?;
        let mut read = |length: u16| -> io::Result<Vec<u8>> {
            let mut bytes = vec![0; usize::from(length)];
            directory.read_exact(&mut bytes)?;
            Ok(bytes)
        };
        let name = read(u16_at(&fixed, 24))?;
        let extra = read(u16_at(&fixed, 26))?;
        read(u16_at(&fixed, 28))?;
        // Those that did not fit, in this order.
        let mut numbers = [u32_at(&fixed, 20), u32_at(&fixed, 16), u32_at(&fixed, 38)];
        let larger = fields(&extra).find(|(id, _)| *id == ZIP64).map_or(&[][..], |(_, data)| data);
        let mut larger = larger.chunks_exact(8);
        for number in numbers.iter_mut().filter(|number| **number == ELSEWHERE) {
            *number = larger.next().map_or(*number, |bytes| u64_at(bytes, 0));
        }
        let [unpacked, packed, at] = numbers;
        let unicode_name = fields(&extra)
            .find(|(id, data)| *id == UNICODE_PATH && data.len() > 5)
            .map(|(_, data)| data[5..].to_vec());
        Ok(Self {
            method: u16_at(&fixed, 6),
            is_encrypted: fixed[4] & 1 == 1,
            // The mode of a Unix file, which some look at whatever made the archive.
            is_link: u16_at(&fixed, 36) & 0o170_000 == 0o120_000,
            packed,
            unpacked,
            at,
            name,
            unicode_name,
        })
    }

    /// From where to where it lies at least.
    pub fn extent(&self) -> (u64, u64) {
        let end = self.at.saturating_add(LOCAL as u64).saturating_add(self.name.len() as u64);
        (self.at, end.saturating_add(self.packed))
    }

    /// What it is called, by whoever looks.
    pub fn names(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.name).chain(&self.unicode_name).map(Vec::as_slice)
    }

    /// Makes sure that it is unpacked where its archive is, by whatever name.
    pub fn check_names(&self) -> Result<(), Fault> {
        if self.names().any(leads_out) {
            return Err(Fault::Unsafe("a name in it leads out of the folder it is unpacked to"));
        }
        Ok(())
    }
}

/// Whether a name leads out of the folder that it is in: to another drive, to the root, or upwards.
fn leads_out(name: &[u8]) -> bool {
    let is_slash = |byte: &u8| matches!(byte, b'/' | b'\\');
    let has_drive = matches!(name, [letter, b':', slash, ..] if letter.is_ascii_alphabetic() && is_slash(slash));
    // Windows does not see spaces at the end.
    let is_upwards = |component: &[u8]| component.trim_ascii_end() == b"..";
    name.first().is_some_and(is_slash)
        || has_drive
        || name.contains(&0)
        || name.split(is_slash).any(is_upwards)
}

/// The extra fields: what each is, and what it holds. What is cut off is left out.
fn fields(extra: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    let mut rest = extra;
    std::iter::from_fn(move || {
        let (header, behind) = rest.split_at_checked(4)?;
        let (data, behind) = behind.split_at_checked(usize::from(u16_at(header, 2)))?;
        rest = behind;
        Some((u16_at(header, 0), data))
    })
}

#[cfg(test)]
mod tests {
    use super::leads_out;

    #[test]
    fn names_that_lead_out_are_told_from_those_that_do_not() {
        for name in [
            "../a",
            "a/../../b",
            "a\\..\\b",
            "/etc/passwd",
            "\\a",
            "C:\\a",
            "c:/a",
            "..",
            "a/.. /b",
            "a\0b",
        ] {
            assert!(leads_out(name.as_bytes()), "{name:?}");
        }
        for name in ["a", "a/b/", "a..b", "..a/b", "a: b", "C:a", ".hidden", "a\\b", "ü/…"] {
            assert!(!leads_out(name.as_bytes()), "{name:?}");
        }
    }
}
