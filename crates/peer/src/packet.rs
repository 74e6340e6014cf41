//! What goes over a Socket.IO connection: Engine.IO protocol 4 with Socket.IO protocol 5 in its messages, as text.
//! Nothing here trusts the server. Used by `SocketIo`.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// What the server sent. It has no `Debug` but in tests, for there may be secrets in it.
#[derive(PartialEq)]
#[cfg_attr(test, derive(Debug))]
pub(crate) enum Packet {
    /// Engine.IO's first.
    Open(Handshake),
    /// Is somebody there?
    Ping,
    /// Nothing.
    Noop,
    /// The server ends the connection.
    Close,
    /// We are in the namespace.
    Entered,
    /// We are not let into it, and why.
    Refused(String),
    /// We are in it no more.
    Disconnected,
    /// An event, and the first thing it carries.
    Event(String, Value),
    /// The acknowledgement of the event of this number.
    Acknowledged(u64, Value),
}

/// How the connection is to be kept.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Handshake {
    /// Milliseconds between two pings.
    ping_interval: u32,
    /// Milliseconds that one may be late.
    ping_timeout: u32,
    /// Most bytes of a packet to the server.
    pub(crate) max_payload: u32,
}

impl Handshake {
    /// How long a server that is there says nothing at most.
    pub(crate) fn silence(&self) -> Duration {
        Duration::from_millis(u64::from(self.ping_interval) + u64::from(self.ping_timeout))
    }
}

#[derive(Deserialize)]
struct Reason {
    message: String,
}

impl Packet {
    /// Reads a text; `None` for what is no packet of this namespace.
    pub(crate) fn read(text: &str, namespace: &str) -> Option<Self> {
        let mut characters = text.chars();
        let kind = characters.next()?;
        let rest = characters.as_str();
        match kind {
            '0' => Some(Self::Open(serde_json::from_str(rest).ok()?)),
            '1' => Some(Self::Close),
            '2' => Some(Self::Ping),
            '4' => Self::read_message(rest, namespace),
            '6' => Some(Self::Noop),
            _ => None,
        }
    }

    fn read_message(text: &str, namespace: &str) -> Option<Self> {
        let mut characters = text.chars();
        let kind = characters.next()?;
        let body = characters.as_str().strip_prefix(namespace)?;
        // A packet that carries nothing need not have the comma.
        let body = if body.is_empty() { body } else { body.strip_prefix(',')? };
        match kind {
            '0' => Some(Self::Entered),
            '1' => Some(Self::Disconnected),
            '2' => {
                let (_, values) = split_number(body)?;
                let mut values: Vec<Value> = serde_json::from_str(values).ok()?;
                let payload = if values.len() > 1 { values.swap_remove(1) } else { Value::Null };
                let Some(Value::String(name)) = values.into_iter().next() else { return None };
                Some(Self::Event(name, payload))
            }
            '3' => {
                let (number, values) = split_number(body)?;
                let values: Vec<Value> = serde_json::from_str(values).ok()?;
                let payload = values.into_iter().next().unwrap_or(Value::Null);
                Some(Self::Acknowledged(number?, payload))
            }
            '4' => Some(Self::Refused(serde_json::from_str::<Reason>(body).ok()?.message)),
            // Whatever has attachments, which nothing of ours has.
            _ => None,
        }
    }
}

/// The number in front of a packet's values, if there is one, and the values.
fn split_number(body: &str) -> Option<(Option<u64>, &str)> {
    let digits = body.find(|character: char| !character.is_ascii_digit())?;
    let (number, values) = body.split_at(digits);
    let number = if number.is_empty() { None } else { Some(number.parse().ok()?) };
    Some((number, values))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(text: &str) -> Option<Packet> {
        Packet::read(text, "/p2p")
    }

    #[test]
    fn packets_are_read() {
        let open = r#"0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":65536}"#;
        let Some(Packet::Open(handshake)) = read(open) else { panic!("it opens") };
        assert_eq!(handshake.silence(), Duration::from_secs(45));
        assert_eq!(handshake.max_payload, 65_536);
        for (text, packet) in [
            ("1", Packet::Close),
            ("2", Packet::Ping),
            ("6", Packet::Noop),
            (r#"40/p2p,{"sid":"x"}"#, Packet::Entered),
            ("40/p2p", Packet::Entered),
            ("41/p2p,", Packet::Disconnected),
            (r#"44/p2p,{"message":"bad_ticket"}"#, Packet::Refused("bad_ticket".to_owned())),
            (r#"42/p2p,["offer",{"a":1}]"#, Packet::Event("offer".to_owned(), json!({ "a": 1 }))),
            (r#"42/p2p,7["offer"]"#, Packet::Event("offer".to_owned(), Value::Null)),
            ("43/p2p,12[{}]", Packet::Acknowledged(12, json!({}))),
            ("43/p2p,0[]", Packet::Acknowledged(0, Value::Null)),
        ] {
            assert_eq!(read(text), Some(packet), "{text}");
        }
    }

    #[test]
    fn what_is_no_packet_is_told() {
        for text in [
            "",
            "0",
            "0{}",
            r#"0{"pingInterval":-1,"pingTimeout":1,"maxPayload":1}"#,
            r#"0{"pingInterval":1e99,"pingTimeout":1,"maxPayload":1}"#,
            "3",
            "5",
            "x",
            "é",
            "4",
            "4é",
            "42",
            r#"42["offer",{}]"#,
            r#"42/other,["offer",{}]"#,
            r#"42/p2pother,["offer",{}]"#,
            "41/p2pother",
            "42/p2p,",
            "42/p2p,[]",
            "42/p2p,[1]",
            "42/p2p,{}",
            r#"42/p2p,["offer",{}"#,
            "43/p2p,[{}]",
            "43/p2p,99999999999999999999999[{}]",
            "44/p2p,{}",
            r#"451-/p2p,["offer",{"_placeholder":true,"num":0}]"#,
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        // Deeper than anything is worth taking apart.
        assert_eq!(read(&format!("42/p2p,[\"offer\",{}", "[".repeat(100_000))), None);
    }
}
