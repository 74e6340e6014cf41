//! What keeps the server between two ends from reading or changing what they say: the key in a
//! room's link, the sealing of signals and of relayed lanes, and what stands in for sending a link: codes
//! that people say aloud, and words that they compare (docs/PROTOCOL.md, "Keys, codes and sealing").
//!
//! The native peer's half. The browser's is `frontend/src/features/p2p/secrecy`; both are held to the
//! golden values in `fixtures/`. No I/O, and randomness is passed in.

mod code_exchange;
mod code_words;
mod cpace;
mod fixed_bytes;
mod invitation;
mod key_schedule;
mod lane_sealer;
mod link_key;
mod nearby_exchange;
mod sealed_box;
mod signal_sealer;

pub use code_exchange::{AnsweredHost, CodeError, CodeGuest, CodeHost, ConfirmedGuest};
pub use code_words::{CODE_WORDS, Code, CodeMistake};
pub use invitation::Invitation;
pub use lane_sealer::{
    LANE_HALF_BYTES, LaneError, LaneName, LaneSealer, MAX_LANE_BYTES, MAX_LANE_MESSAGE_BYTES,
};
pub use link_key::{LinkKey, page_nonce};
pub use nearby_exchange::{
    AcceptedReceiver, NearbyDevice, NearbyPair, NearbyReceiver, NearbySender, OpenedReceiver,
    RevealedSender, Tampered,
};
pub use sealed_box::{MAX_PLAINTEXT_BYTES, MAX_SEALED_CHARACTERS};
pub use signal_sealer::{OpenError, SealError, SealedMember, SealedPair, SignalSealer};
