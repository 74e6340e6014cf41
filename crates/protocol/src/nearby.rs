//! Devices nearby: those of one client network whose pages wish to see each other, and knocks from one
//! to another. Events of the signaling namespace; `docs/PROTOCOL.md` tells the conversation.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::code::KnockId;

/// Client to server: see those nearby, and be seen by them. Takes [`Appear`], answers [`Appeared`].
pub const APPEAR: &str = "appear";
/// Client to server: be seen no more. Takes `{}`, answers `Done`.
pub const DISAPPEAR: &str = "disappear";
/// Server to client: a device can be seen. Carries [`NearbyNews`].
pub const NEARBY_APPEARED: &str = "nearby-appeared";
/// Server to client: a device can be seen no more. Carries [`NearbyNews`].
pub const NEARBY_GONE: &str = "nearby-gone";
/// Both ways: a knock at a device nearby. Takes [`NearbyKnock`], answers `Knocking`; arrives as
/// [`NearbyKnocked`]. What follows goes by `pake` and `knock-ended`, as with codes.
pub const NEARBY_KNOCK: &str = "nearby-knock";

/// Longest label of a device, in bytes.
pub const MAX_LABEL_BYTES: usize = 64;

/// Names a device for as long as it can be seen: 128 random bits as 22 characters of base64url, chosen
/// by the server and told to its network only. It is another each time the device appears.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(pub String);

/// What a device calls itself, or what it runs on: 1 to [`MAX_LABEL_BYTES`] bytes, with neither a blank
/// at an end nor characters that control, hide or turn what stands beside them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceLabel(String);

/// What is no [`DeviceLabel`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoDeviceLabel;

impl fmt::Display for NoDeviceLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a device's label has 1 to {MAX_LABEL_BYTES} bytes, all of them to be seen")
    }
}

impl TryFrom<String> for DeviceLabel {
    type Error = NoDeviceLabel;

    fn try_from(text: String) -> Result<Self, NoDeviceLabel> {
        let fits = (1..=MAX_LABEL_BYTES).contains(&text.len());
        let padded = text.starts_with(' ') || text.ends_with(' ');
        if fits && !padded && !text.chars().any(misleads) {
            Ok(Self(text))
        } else {
            Err(NoDeviceLabel)
        }
    }
}

impl From<DeviceLabel> for String {
    fn from(label: DeviceLabel) -> Self {
        label.0
    }
}

/// Controls (Cc); line and paragraph separators; and what is not seen, or turns the direction of what
/// is: the bidirectional controls of UAX #9, and characters of no width.
pub(crate) fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{2069}'
                | '\u{feff}'
        )
}

/// A device, as others of its network see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The device.
    pub id: DeviceId,
    /// What it calls itself.
    pub name: DeviceLabel,
    /// What it runs on, if it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<DeviceLabel>,
}

/// What [`APPEAR`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Appear {
    /// What others shall see.
    pub name: DeviceLabel,
    /// What one runs on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<DeviceLabel>,
}

/// Acknowledges [`APPEAR`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Appeared {
    /// Oneself.
    #[serde(rename = "self")]
    pub me: Device,
    /// The others of one's client network, longest there first.
    pub devices: Vec<Device>,
}

/// Carried by [`NEARBY_APPEARED`] and [`NEARBY_GONE`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NearbyNews {
    /// Which device.
    pub device: Device,
}

/// What [`NEARBY_KNOCK`] takes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NearbyKnock {
    /// Where to knock.
    pub device: DeviceId,
    /// What it is to hear, opaque to the server.
    #[serde(flatten)]
    pub body: Map<String, Value>,
}

/// What a device hears of a knock at it: what was said, with `knock` and `from` set by the server over
/// whatever stood there.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct NearbyKnocked {
    /// Which knock.
    pub knock: KnockId,
    /// Who knocks.
    pub from: Device,
    /// What is said, opaque to the server.
    #[serde(flatten)]
    pub body: Map<String, Value>,
}

impl NearbyKnock {
    /// The knock as the device hears it.
    pub fn heard_from(self, from: Device, knock: KnockId) -> NearbyKnocked {
        let mut body = self.body;
        body.remove("knock");
        body.remove("from");
        NearbyKnocked { knock, from, body }
    }
}
