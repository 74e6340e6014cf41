//! What members tell each other to make a connection, by way of the signaling service: the JSON that is sealed
//! (docs/PROTOCOL.md, "Signals"). The browser's twin is `signaling-messages.ts`, and both read
//! `crates/protocol/fixtures/peer-signals.json`; lengths are counted as it does, in UTF-16 units.

use std::fmt;

use serde::{Deserialize, Serialize};
use sharesync_protocol::signaling::{ANSWER, ICE_CANDIDATE, OFFER};
use sharesync_protocol::transfer::IceCandidate;

#[cfg(test)]
mod tests;

/// Session descriptions and candidates are small; a packet is at most 64 KiB anyway.
const MAX_TEXT: usize = 64 * 1024;
/// Units of a link's name.
const MAX_LINK: usize = 64;
/// Candidates that are heard in one signal.
const MAX_CANDIDATES_HEARD: usize = 64;
/// Candidates that are put into one; with their seal they must fit a packet.
const MAX_CANDIDATES_SAID: usize = 32;

/// Says of a signal that is about no link which that is.
pub const NO_LINK: &str = "-";

/// A signal between two members.
#[derive(Clone, PartialEq)]
pub struct PeerSignal {
    /// Names one of the links between the two, which may follow each other; [`NO_LINK`] where it is about none. 1 to 64
    /// characters.
    pub link: String,
    /// What it says.
    pub body: SignalBody,
}

/// What a signal says.
#[derive(Clone, PartialEq)]
pub enum SignalBody {
    /// An SDP offer.
    Offer(String),
    /// An SDP answer; empty where the link is lost at that end and cannot be mended.
    Answer(String),
    /// ICE candidates (RFC 8838), or a word on networks, or neither.
    Candidates(Vec<IceCandidate>, Option<NetworkNote>),
}

/// What one member tells another of its network, or asks: kinds, and no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum NetworkNote {
    /// How is your network?
    Ask {
        /// Always true.
        ask: True,
    },
    /// Ours is like this.
    Tell {
        /// UDP gets through.
        udp: bool,
        /// How addresses are translated.
        mapping: Mapping,
        /// TURN gets through.
        turn: bool,
    },
}

/// `true` and nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "bool", into = "bool")]
pub struct True;

impl TryFrom<bool> for True {
    type Error = &'static str;

    fn try_from(value: bool) -> Result<Self, Self::Error> {
        if value { Ok(Self) } else { Err("not true") }
    }
}

impl From<True> for bool {
    fn from(_: True) -> Self {
        true
    }
}

/// How a network translates addresses (RFC 4787 §4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mapping {
    /// To the same one, whatever the destination.
    #[serde(rename = "same")]
    Same,
    /// To another one for each destination.
    #[serde(rename = "per destination")]
    PerDestination,
    /// Nobody could tell.
    #[serde(rename = "unknown")]
    Unknown,
}

#[derive(Serialize, Deserialize)]
struct Description {
    link: String,
    sdp: String,
}

#[derive(Serialize, Deserialize)]
struct Trickle {
    link: String,
    candidates: Vec<IceCandidate>,
    #[serde(default, deserialize_with = "present", skip_serializing_if = "Option::is_none")]
    network: Option<NetworkNote>,
}

/// A field that may be missing, but not null.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<NetworkNote>, D::Error> {
    NetworkNote::deserialize(from).map(Some)
}

impl PeerSignal {
    /// The event that it travels as.
    pub fn event(&self) -> &'static str {
        match self.body {
            SignalBody::Offer(_) => OFFER,
            SignalBody::Answer(_) => ANSWER,
            SignalBody::Candidates(..) => ICE_CANDIDATE,
        }
    }

    /// The JSON that is sealed.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        let link = self.link.clone();
        let json = match &self.body {
            SignalBody::Offer(sdp) | SignalBody::Answer(sdp) => {
                serde_json::to_value(Description { link, sdp: sdp.clone() })
            }
            SignalBody::Candidates(candidates, network) => {
                let candidates = candidates.clone();
                serde_json::to_value(Trickle { link, candidates, network: *network })
            }
        };
        json.expect("texts and numbers are JSON")
    }

    /// Reads what was sealed as this event; `None` where no peer of ours says that.
    pub(crate) fn read(event: &str, body: serde_json::Value) -> Option<Self> {
        let (link, body) = match event {
            OFFER | ANSWER => {
                let Description { link, sdp } = serde_json::from_value(body).ok()?;
                fits(&sdp, MAX_TEXT).then_some(())?;
                let answers = event == ANSWER;
                (link, if answers { SignalBody::Answer(sdp) } else { SignalBody::Offer(sdp) })
            }
            ICE_CANDIDATE => {
                let Trickle { link, candidates, network } = serde_json::from_value(body).ok()?;
                let sound =
                    candidates.len() <= MAX_CANDIDATES_HEARD && candidates.iter().all(is_sound);
                sound.then_some((link, SignalBody::Candidates(candidates, network)))?
            }
            _ => return None,
        };
        (!link.is_empty() && fits(&link, MAX_LINK)).then_some(Self { link, body })
    }

    /// Takes another signal into this one, where that says the same; else gives it back.
    pub(crate) fn join(&mut self, other: Self) -> Result<(), Self> {
        if self.link != other.link {
            return Err(other);
        }
        match (&mut self.body, other.body) {
            (SignalBody::Candidates(ours, None), SignalBody::Candidates(more, None))
                if ours.len() + more.len() <= MAX_CANDIDATES_SAID =>
            {
                ours.extend(more);
                Ok(())
            }
            (_, body) => Err(Self { link: other.link, body }),
        }
    }
}

fn is_sound(candidate: &IceCandidate) -> bool {
    let short = |text: &Option<String>, most| text.as_ref().is_none_or(|text| fits(text, most));
    fits(&candidate.candidate, MAX_TEXT)
        && short(&candidate.sdp_mid, 64)
        && short(&candidate.username_fragment, 256)
}

fn fits(text: &str, most: usize) -> bool {
    // No text has more UTF-16 units than bytes.
    text.len() <= most || text.encode_utf16().count() <= most
}

/// Without what it says, in which there are addresses.
impl fmt::Debug for PeerSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerSignal({})", self.event())
    }
}
