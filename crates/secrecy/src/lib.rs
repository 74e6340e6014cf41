//! What keeps the server between two ends from reading or changing what they say: the key in a
//! room's link, the sealing of signals and of relayed lanes, and the codes that people say aloud
//! instead of sending a link (docs/PROTOCOL.md, "Keys, codes and sealing").
//!
//! The native peer's half. The browser's is `frontend/src/features/p2p/secrecy`; both are held to the
//! golden values in `fixtures/`. No I/O, and randomness is passed in.

mod code_exchange;
mod code_words;
mod cpace;
mod key_schedule;
mod lane_sealer;
mod link_key;
mod sealed_box;
mod signal_sealer;

pub use code_exchange::{AnsweredHost, CodeError, CodeGuest, CodeHost, ConfirmedGuest, Invitation};
pub use code_words::{CODE_WORDS, Code, CodeMistake};
pub use lane_sealer::{
    LANE_HALF_BYTES, LaneError, LaneName, LaneSealer, MAX_LANE_BYTES, MAX_LANE_MESSAGE_BYTES,
};
pub use link_key::{LinkKey, page_nonce};
pub use sealed_box::{MAX_PLAINTEXT_BYTES, MAX_SEALED_CHARACTERS};
pub use signal_sealer::{OpenError, SealError, SealedMember, SealedPair, SignalSealer};
