//! Somebody else's room, into which a link or a code leads. Whoever was let in by a code before goes by what is
//! remembered, for a code is good once. Used by `receive` and `send --to`.

use sharesync_peer::{
    CodeTrouble, Entered, Entrance, Link, Room, RoomEvent, RoomOptions, WayIn, join_by_code,
};
use sharesync_protocol::signaling::{ResumeSecret, RoomId};
use sharesync_secrecy::LinkKey;
use tokio::sync::mpsc;

use super::{Memory, Remembered, Service};
use crate::Context;
use crate::config::Server;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};

/// What somebody said, and the server that it leads to.
pub struct Way {
    way_in: WayIn,
    /// The server.
    pub server: Server,
}

impl Way {
    /// Reads a link, or a code, which is of the server that the settings name.
    pub fn read(said: &str, context: &Context) -> Result<Self> {
        let way_in: WayIn = said.parse().map_err(|error| Failure::usage(format!("{error}")))?;
        let server = match &way_in {
            WayIn::Link(link) => Server::parse(&link.server.to_string(), "the link's server")?,
            WayIn::Code(_) => context.server()?,
        };
        Ok(Self { way_in, server })
    }

    /// By what a command that goes this way is told from others.
    pub fn identity(&self) -> String {
        match &self.way_in {
            WayIn::Link(link) => link.room.0.clone(),
            WayIn::Code(code) => code.text(),
        }
    }
}

/// Our place in the room, which is remembered.
pub struct GuestRoom {
    memory: Memory,
    remembered: Remembered,
    key: LinkKey,
}

impl GuestRoom {
    /// Finds the room.
    pub async fn find(way: Way, service: &Service, mut memory: Memory) -> Result<Self> {
        let before = memory.room();
        let resume = before.as_ref().and_then(|before| before.resume.clone());
        let (room, key, resume) = match way.way_in {
            WayIn::Link(Link { room, key, .. }) => (room.0, key, resume),
            WayIn::Code(code) => {
                let known = before.and_then(|before| {
                    let key = LinkKey::parse(&before.key)?;
                    Some((before.room, key, resume))
                });
                if let Some(known) = known {
                    known
                } else {
                    let random = &mut Service::random();
                    let joined = join_by_code(&service.place, &code, random).await;
                    let invitation = joined.map_err(|trouble| code_failure(&trouble))?;
                    (invitation.room, invitation.key, None)
                }
            }
        };
        let remembered = Remembered { room, key: key.text(), resume };
        memory.keep(&remembered)?;
        Ok(Self { memory, remembered, key })
    }

    /// The room.
    pub fn id(&self) -> RoomId {
        RoomId(self.remembered.room.clone())
    }

    /// Enters it.
    pub fn open(&self, service: &Service) -> (Room, mpsc::Receiver<RoomEvent>) {
        let resume = self.remembered.resume.clone().map(ResumeSecret);
        let options = RoomOptions {
            place: service.place.clone(),
            entrance: Entrance::Guest(self.id(), resume),
            key: self.key.clone(),
            codes: false,
        };
        Room::open(options, Service::random())
    }

    /// We are in it.
    pub fn entered(&mut self, entered: &Entered) -> Result<()> {
        self.remembered.resume = Some(entered.resume.0.clone());
        self.memory.keep(&self.remembered)
    }

    /// Forgets it, unless it was broken off by nobody's wish, and can be gone on with.
    pub fn is_done_with(&mut self, done: &Result<()>) {
        if !matches!(done, Err(failure) if failure.exit == ExitCode::Unreachable) {
            self.memory.forget();
        }
    }
}

fn code_failure(trouble: &CodeTrouble) -> Failure {
    let (exit, code) = match trouble {
        CodeTrouble::UnknownCode | CodeTrouble::Gone => (ExitCode::NotFound, "unknown_code"),
        CodeTrouble::WrongCode => (ExitCode::Refused, "wrong_code"),
        CodeTrouble::Tampered => (ExitCode::Damaged, "tampered"),
        CodeTrouble::RateLimited => (ExitCode::Unreachable, "rate_limited"),
        CodeTrouble::Unreachable(_) => (ExitCode::Unreachable, "unreachable"),
    };
    Failure::new(exit, code, trouble.to_string())
}
