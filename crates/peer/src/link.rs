//! Links: what one end sends another so that it finds the room and can read what is said there; and what tells
//! them from codes. No mistake repeats what was typed, for most of it may be the key.

use std::str::FromStr;

use sharesync_protocol::signaling::RoomId;
use sharesync_secrecy::{Code, CodeMistake, Invitation, LinkKey};
use thiserror::Error;

use crate::ids::is_id;
use crate::origin::Origin;

/// Where rooms are at a server.
const ROOMS: &str = "/p2p/";

/// A link, taken apart: `https://host/p2p/<room>#<key>`.
#[derive(Clone)]
pub struct Link {
    /// The server.
    pub server: Origin,
    /// The room there.
    pub room: RoomId,
    /// The room's key, which stands behind the `#`.
    pub key: LinkKey,
}

/// What is wrong with a text that is no link.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LinkMistake {
    /// No address at all, or of something else than a web server.
    #[error("a link begins with https:// or http:// and the server's name")]
    Server,
    /// Another of the server's pages.
    #[error(
        "this is no link to a room: those have /p2p/ and 22 characters after the server's name"
    )]
    Room,
    /// Nothing behind a `#`.
    #[error(
        "the link's key is missing: 22 characters behind a #, which a shell may take for a comment"
    )]
    NoKey,
    /// Something else there.
    #[error("the link's key is damaged: it has 22 characters, behind the #")]
    Key,
}

impl Link {
    /// A link to what an invitation names.
    pub fn new(server: Origin, invitation: Invitation) -> Self {
        Self { server, room: RoomId(invitation.room), key: invitation.key }
    }

    /// The link as it is sent; whoever has it can come in.
    pub fn text(&self) -> String {
        format!("{}{ROOMS}{}#{}", self.server, self.room.0, self.key.text())
    }
}

impl FromStr for Link {
    type Err = LinkMistake;

    fn from_str(text: &str) -> Result<Self, LinkMistake> {
        let text = text.trim();
        let (address, key) = text.split_once('#').unwrap_or((text, ""));
        let (scheme, rest) = address.split_once("://").ok_or(LinkMistake::Server)?;
        let host = &rest[..rest.find('/').unwrap_or(rest.len())];
        let server = format!("{scheme}://{host}").parse().map_err(|_| LinkMistake::Server)?;
        let room = rest[host.len()..].strip_prefix(ROOMS).filter(|room| is_id(room));
        let room = RoomId(room.ok_or(LinkMistake::Room)?.to_owned());
        if key.is_empty() {
            return Err(LinkMistake::NoKey);
        }
        let key = LinkKey::parse(key).ok_or(LinkMistake::Key)?;
        Ok(Self { server, room, key })
    }
}

/// What a person gives to get into a room.
pub enum WayIn {
    /// The link, which says everything.
    Link(Link),
    /// A code, of a server that has to be known.
    Code(Code),
}

/// What is wrong with a text that is neither.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum WayInMistake {
    /// It looks like a link.
    #[error(transparent)]
    Link(#[from] LinkMistake),
    /// It looks like a code.
    #[error(transparent)]
    Code(#[from] CodeMistake),
}

impl FromStr for WayIn {
    type Err = WayInMistake;

    fn from_str(text: &str) -> Result<Self, WayInMistake> {
        // No code has either, and every link both; half a link is told that it is one.
        if text.contains('/') || text.contains('#') {
            Ok(Self::Link(text.parse()?))
        } else {
            Ok(Self::Code(Code::parse(text)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: &str = "AAAAAAAAAAAAAAAAAAAAAA";
    const KEY: &str = "AQIDBAUGBwgJCgsMDQ4PEA";

    fn mistake(text: &str) -> LinkMistake {
        text.parse::<Link>().err().expect(text)
    }

    #[test]
    fn a_link_is_read_and_written_alike() {
        for server in ["https://share.example", "http://127.0.0.1:5001", "https://[::1]:8443"] {
            let text = format!("{server}/p2p/{ROOM}#{KEY}");
            let link: Link = format!(" {text}\n").parse().unwrap();
            assert_eq!(link.text(), text);
            assert_eq!((link.room.0.as_str(), link.key.text().as_str()), (ROOM, KEY));
        }
        let link: Link = format!("HTTPS://Share.Example/p2p/{ROOM}#{KEY}").parse().unwrap();
        assert_eq!(link.server.to_string(), "https://share.example");
    }

    #[test]
    fn what_is_wrong_is_said_without_the_key() {
        for (text, expected) in [
            (format!("share.example/p2p/{ROOM}#{KEY}"), LinkMistake::Server),
            (format!("ftp://share.example/p2p/{ROOM}#{KEY}"), LinkMistake::Server),
            (format!("https:///p2p/{ROOM}#{KEY}"), LinkMistake::Server),
            (format!("https://share.example@evil.example/p2p/{ROOM}#{KEY}"), LinkMistake::Server),
            (format!("https://share.example/s/{ROOM}#{KEY}"), LinkMistake::Room),
            (format!("https://share.example/p2p/{ROOM}/#{KEY}"), LinkMistake::Room),
            (format!("https://share.example/p2p/{ROOM}?a=b#{KEY}"), LinkMistake::Room),
            (format!("https://share.example/x/p2p/{ROOM}#{KEY}"), LinkMistake::Room),
            (format!("https://share.example/p2p/{ROOM}"), LinkMistake::NoKey),
            (format!("https://share.example/p2p/{ROOM}#"), LinkMistake::NoKey),
            (format!("https://share.example/p2p/{ROOM}#{}", &KEY[1..]), LinkMistake::Key),
            (format!("https://share.example/p2p/{ROOM}#{KEY}x"), LinkMistake::Key),
            (format!("https://share.example/p2p/{ROOM}#{KEY}#"), LinkMistake::Key),
        ] {
            let mistake = mistake(&text);
            assert_eq!(mistake, expected, "{text}");
            assert!(!mistake.to_string().contains(&KEY[1..]), "{mistake}");
        }
    }

    #[test]
    fn links_are_told_from_codes() {
        let link = format!("https://share.example/p2p/{ROOM}#{KEY}");
        assert!(matches!(link.parse(), Ok(WayIn::Link(_))));
        assert!(matches!("4821 Orbit canyon".parse(), Ok(WayIn::Code(_))));
        let half = "share.example/p2p/x".parse::<WayIn>().err();
        assert_eq!(half, Some(WayInMistake::Link(LinkMistake::Server)));
        let guess = "4821-orbit-kanyon".parse::<WayIn>().err();
        assert_eq!(guess, Some(WayInMistake::Code(CodeMistake::SecondWord)));
    }
}
