//! Randomness for tests: the system's, and such as a fixture says.

use std::convert::Infallible;

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use rand::{TryCryptoRng, TryRng};

/// What nobody knows beforehand.
pub const SYSTEM: UnwrapErr<SysRng> = UnwrapErr(SysRng);

/// The bytes that hexadecimal digits say.
pub fn bytes_of(hex: &str) -> Vec<u8> {
    let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal digits");
    (0..hex.len()).step_by(2).map(byte).collect()
}

/// Gives these bytes, in pieces of whatever length is asked for, and then no more.
pub struct Fixed(Vec<u8>);

impl Fixed {
    pub fn of_hex(hex: &str) -> Self {
        Self(bytes_of(hex))
    }
}

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("everything is drawn in bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("everything is drawn in bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        assert!(bytes.len() <= self.0.len(), "no randomness left");
        let rest = self.0.split_off(bytes.len());
        bytes.copy_from_slice(&self.0);
        self.0 = rest;
        Ok(())
    }
}

impl TryCryptoRng for Fixed {}
