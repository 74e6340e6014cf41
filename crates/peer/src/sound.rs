//! What the service answers is checked beyond its form: names that everything else is built on have to be names.
//! Used by `SignalingClient` and `SignalingNews`.

use sharesync_protocol::code::{CodeOpened, KnockMessage, Knocking};
use sharesync_protocol::relay::{RelayOffered, RelayOpened};
use sharesync_protocol::signaling::{
    Done, IceServer, IceServers, Joined, Lock, Peer, PeerAway, PeerJoined, PeerLeft, Relayed,
};

use crate::ids::is_id;

/// STUN servers that one may be told to probe.
const MAX_PROBES: usize = 4;

/// Something that can be of the right form and wrong all the same.
pub(crate) trait Sound {
    /// Whether it is right.
    fn is_sound(&self) -> bool;
}

impl Sound for Done {
    fn is_sound(&self) -> bool {
        true
    }
}

impl Sound for Lock {
    fn is_sound(&self) -> bool {
        true
    }
}

impl Sound for Peer {
    fn is_sound(&self) -> bool {
        is_id(&self.id.0)
    }
}

impl Sound for PeerJoined {
    fn is_sound(&self) -> bool {
        self.peer.is_sound()
    }
}

impl Sound for PeerAway {
    fn is_sound(&self) -> bool {
        self.peer.is_sound()
    }
}

impl Sound for PeerLeft {
    fn is_sound(&self) -> bool {
        self.peer.is_sound()
    }
}

impl Sound for Relayed {
    fn is_sound(&self) -> bool {
        is_id(&self.from.0)
    }
}

impl Sound for IceServer {
    fn is_sound(&self) -> bool {
        let known = |url: &String| ["stun:", "turn:", "turns:"].iter().any(|s| url.starts_with(s));
        self.urls.iter().all(known)
    }
}

impl Sound for IceServers {
    fn is_sound(&self) -> bool {
        self.ice_servers.iter().all(Sound::is_sound)
            && self.stun_probes.len() <= MAX_PROBES
            && self.stun_probes.iter().all(|url| url.starts_with("stun:"))
    }
}

impl Sound for Joined {
    fn is_sound(&self) -> bool {
        is_id(&self.room.0)
            && is_id(&self.resume.0)
            && self.me.is_sound()
            && self.peers.iter().all(Sound::is_sound)
            && self.ice_servers.iter().all(Sound::is_sound)
            && self.takes.as_ref().is_none_or(|owner| is_id(&owner.0))
    }
}

impl Sound for CodeOpened {
    fn is_sound(&self) -> bool {
        let digits = &self.nameplate.0;
        (4..=9).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl Sound for Knocking {
    fn is_sound(&self) -> bool {
        is_id(&self.knock.0)
    }
}

impl Sound for KnockMessage {
    fn is_sound(&self) -> bool {
        is_id(&self.knock.0)
    }
}

impl Sound for RelayOpened {
    fn is_sound(&self) -> bool {
        is_id(&self.ticket.0)
    }
}

impl Sound for RelayOffered {
    fn is_sound(&self) -> bool {
        is_id(&self.from.0) && is_id(&self.ticket.0)
    }
}
