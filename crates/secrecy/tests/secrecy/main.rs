//! What the crate promises, from outside, and the golden values in `fixtures/`, which the browser's
//! side reads in `frontend/src/features/p2p/secrecy/golden.test.ts`.

mod codes;
mod golden;
mod nearby;
mod random;
mod signals;
