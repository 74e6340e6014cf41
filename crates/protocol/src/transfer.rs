//! The transfer protocol between two peers: control messages and data frames.
//!
//! Control messages are JSON text on the data channel [`CONTROL_CHANNEL`]; file content travels as
//! binary [`Frame`]s on [`DATA_CHANNEL`]. `docs/PROTOCOL.md` tells the conversation.

mod frame;

use serde::{Deserialize, Serialize};

pub use frame::{FRAME_HEADER_BYTES, Frame, MAX_FRAME_BYTES, MalformedFrame};

/// The version this module describes.
pub const VERSION: u32 = 1;
/// Negotiated id (W3C WebRTC §6.2) of the data channel for [`Control`] messages.
pub const CONTROL_CHANNEL: u16 = 0;
/// Negotiated id (W3C WebRTC §6.2) of the data channel for [`Frame`]s.
pub const DATA_CHANNEL: u16 = 1;

/// Bytes of a block: what is hashed, acknowledged and, later, resumed. A file's last block may be
/// shorter.
pub const BLOCK_BYTES: u32 = 256 * 1024;
/// Bytes of a block's or a file's digest (SHA-256).
pub const DIGEST_BYTES: usize = 32;
/// Most files in all of a sender's offers together.
pub const MAX_FILES: usize = 10_000;
/// Most bytes of a file: what a 32-bit block number can count.
pub const MAX_FILE_BYTES: u64 = 1 << 50;
/// Most bytes of a file's name.
pub const MAX_NAME_BYTES: usize = 255;
/// Most bytes of the path to a file.
pub const MAX_PATH_BYTES: usize = 1024;
/// Most bytes of a control message.
pub const MAX_CONTROL_BYTES: usize = 64 * 1024;
/// Most bytes of a text; however its characters are escaped, its message is within
/// [`MAX_CONTROL_BYTES`].
pub const MAX_TEXT_BYTES: usize = 8 * 1024;
/// Most texts that one page says to another.
pub const MAX_TEXTS: usize = 100;
/// Most connections between a sender and a receiver besides the first.
pub const MAX_LANES: u32 = 15;
/// Most content bytes that a receiver lets a sender be ahead of what is written.
pub const WINDOW_BYTES: u64 = 16 * 1024 * 1024;

/// Most bytes of an offered file's media type.
const MAX_MEDIA_TYPE_BYTES: usize = 255;
/// Most candidates in one message.
const MAX_CANDIDATES: usize = 64;
/// Most bytes of a failure's sentence.
const MAX_SENTENCE_BYTES: usize = 1000;

/// A control message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Control {
    /// Both, first on opening: the version spoken.
    Hello {
        /// [`VERSION`].
        version: u32,
    },
    /// Sender: these files may be had, after those of earlier offers.
    Offer {
        /// The files; a file's place among all that were offered is its number in what follows.
        files: Vec<OfferedFile>,
    },
    /// Receiver, before [`Control::Accept`]: these blocks are here already. Several messages about
    /// one file add up.
    Have {
        /// Which file.
        file: u32,
        /// First block and number of blocks of each range, ascending; no two touch.
        ranges: Vec<(u32, u32)>,
    },
    /// Receiver: send what is missing of these.
    Accept {
        /// Numbers of the files wanted, ascending.
        files: Vec<u32>,
    },
    /// Receiver: send none.
    Decline,
    /// Receiver: how far it has come, and how much more it can take.
    Credit {
        /// Content bytes checked and written so far, over all files.
        written: u64,
        /// Content bytes the sender may have sent in all before it must wait.
        limit: u64,
    },
    /// Sender: the file's last block has been sent.
    End {
        /// Which file.
        file: u32,
        /// Its digest as the sender has it: SHA-256 over the digests of its blocks, in order, as
        /// 64 hexadecimal digits.
        digest: String,
    },
    /// Receiver: the file is written and its digest is the sender's.
    Verified {
        /// Which file.
        file: u32,
        /// Its digest as the receiver has it.
        digest: String,
    },
    /// Either: makes a further connection, which the sender numbers and offers.
    Lane {
        /// Which one, from 1; at most [`MAX_LANES`].
        lane: u32,
        /// What there is to say about it.
        signal: LaneSignal,
    },
    /// Either: what a person wrote. Said again in every new conversation; the id tells that it is the
    /// same.
    Text {
        /// 128 random bits as 22 characters of base64url.
        id: String,
        /// 1 to [`MAX_TEXT_BYTES`] bytes of UTF-8.
        text: String,
    },
    /// Either: that text is here.
    Heard {
        /// Which.
        id: String,
    },
    /// Either: nothing more is sent until [`Control::Resume`].
    Pause,
    /// Either: sending goes on.
    Resume,
    /// Either: stop, for a reason that is nobody's fault.
    Cancel,
    /// Either: stop, for this failure; the connection closes after it.
    Failed {
        /// Why.
        code: FailureCode,
        /// A sentence for a person.
        message: String,
    },
}

/// A control message that is not of this protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedControl;

impl Control {
    /// Reads a message as it came. Refuses what is not JSON of the form above, what is longer than
    /// [`MAX_CONTROL_BYTES`], and values out of their bounds.
    pub fn parse(text: &str) -> Result<Self, MalformedControl> {
        if text.len() > MAX_CONTROL_BYTES {
            return Err(MalformedControl);
        }
        let message: Self = serde_json::from_str(text).map_err(|_| MalformedControl)?;
        if message.is_within_bounds() { Ok(message) } else { Err(MalformedControl) }
    }

    fn is_within_bounds(&self) -> bool {
        match self {
            Self::Offer { files } => {
                (1..=MAX_FILES).contains(&files.len())
                    && files.iter().all(OfferedFile::is_within_bounds)
            }
            Self::Accept { files } => {
                !files.is_empty()
                    && files.is_sorted_by(|a, b| a < b)
                    && files.iter().all(|file| is_file_number(*file))
            }
            Self::Have { file, ranges } => {
                is_file_number(*file) && !ranges.is_empty() && are_apart(ranges)
            }
            Self::Lane { lane, signal } => {
                (1..=MAX_LANES).contains(lane) && signal.is_within_bounds()
            }
            Self::End { file, digest } | Self::Verified { file, digest } => {
                is_file_number(*file) && is_digest(digest)
            }
            Self::Text { id, text } => is_text_id(id) && (1..=MAX_TEXT_BYTES).contains(&text.len()),
            Self::Heard { id } => is_text_id(id),
            Self::Credit { written, limit } => (*written).max(*limit) <= MAX_COUNT,
            Self::Failed { message, .. } => message.len() <= MAX_SENTENCE_BYTES,
            Self::Hello { .. } | Self::Decline | Self::Pause | Self::Resume | Self::Cancel => true,
        }
    }
}

/// Largest count that every implementation can hold: 2⁵³ − 1 (RFC 8259 §6).
const MAX_COUNT: u64 = (1 << 53) - 1;

fn is_file_number(number: u32) -> bool {
    (number as usize) < MAX_FILES
}

fn is_text_id(id: &str) -> bool {
    id.len() == 22 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// Ranges that ascend, are not empty, do not touch, and stay within what 32 bits can number.
fn are_apart(ranges: &[(u32, u32)]) -> bool {
    let end = |(first, count): (u32, u32)| u64::from(first) + u64::from(count);
    ranges.iter().all(|range| range.1 > 0 && end(*range) <= 1 << 32)
        && ranges.is_sorted_by(|a, b| end(*a) < u64::from(b.0))
}

fn is_digest(text: &str) -> bool {
    text.len() == 2 * DIGEST_BYTES && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// What makes a further connection between two that are connected already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum LaneSignal {
    /// A session description (RFC 8866).
    Offer {
        /// The description.
        sdp: String,
    },
    /// The answer to an offer.
    Answer {
        /// The description.
        sdp: String,
    },
    /// Candidates, as they are found (RFC 8838).
    IceCandidate {
        /// At most 64.
        candidates: Vec<IceCandidate>,
    },
}

impl LaneSignal {
    fn is_within_bounds(&self) -> bool {
        match self {
            Self::Offer { .. } | Self::Answer { .. } => true,
            Self::IceCandidate { candidates } => candidates.len() <= MAX_CANDIDATES,
        }
    }
}

/// A candidate, as `RTCIceCandidateInit` (W3C WebRTC §4.8.1.1) has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IceCandidate {
    /// `candidate-attribute` of RFC 8839 §5.1.
    pub candidate: String,
    /// The media description it belongs to, by its tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_mid: Option<String>,
    /// The same, by its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sdp_m_line_index: Option<u16>,
    /// `ice-ufrag` of RFC 8839 §5.4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username_fragment: Option<String>,
}

/// A file as it is offered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedFile {
    /// Its name without any folder; 1 to 255 bytes of UTF-8.
    pub name: String,
    /// The folders it is in, from the outermost, with `/` between them; absent for a file in none. Each is
    /// named like a file and is neither `.` nor `..`; at most [`MAX_PATH_BYTES`] in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Bytes.
    pub size: u64,
    /// Media type as the sender's system guesses it; may be empty.
    pub media_type: String,
    /// Last modification, in milliseconds since the Unix epoch.
    pub modified_at: i64,
}

impl OfferedFile {
    fn is_within_bounds(&self) -> bool {
        (1..=MAX_NAME_BYTES).contains(&self.name.len())
            && !self.name.contains(['/', '\\', '\0'])
            && self.path.as_deref().is_none_or(is_path)
            && self.size <= MAX_FILE_BYTES
            && self.media_type.len() <= MAX_MEDIA_TYPE_BYTES
            && self.modified_at.unsigned_abs() <= MAX_COUNT
    }
}

fn is_path(path: &str) -> bool {
    path.len() <= MAX_PATH_BYTES
        && !path.contains(['\\', '\0'])
        && path.split('/').all(|folder| {
            (1..=MAX_NAME_BYTES).contains(&folder.len()) && folder != "." && folder != ".."
        })
}

/// Tells failures apart for a program; never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCode {
    /// The other side speaks another version.
    Version,
    /// A message or frame that this protocol does not have, or not at this point.
    Malformed,
    /// A block's or a file's digest is not what was announced.
    Corrupt,
    /// The sender could not read a file.
    Unreadable,
    /// The receiver could not write a file.
    Unwritable,
    /// The receiver has too little space.
    OutOfSpace,
}
