//! The way to a server's signaling service, and what its refusals mean here.

use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sharesync_peer::transfer::Outcome;
use sharesync_peer::{CloseReason, Dialer, MemberEnd, Origin, SignalingPlace};
use sharesync_protocol::api::SignalingAccess;
use sharesync_protocol::signaling::RefusalCode;
use sharesync_protocol::transfer::FailureCode;

use crate::config::Server;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::{Context, output::shown};

/// How a server's rooms are reached.
pub struct Service {
    /// Where the service is.
    pub place: SignalingPlace,
    /// How connections are made to it.
    pub dialer: Dialer,
    /// The server, as links name it.
    pub origin: Origin,
}

impl Service {
    /// That of a server.
    pub fn of(server: Server, context: &Context) -> Result<Self> {
        let dialer = Dialer::of_this_machine();
        let dialer = dialer.map_err(|error| Failure::local("make connections", error))?;
        let origin: Origin = server.name().parse().map_err(|_| Failure::usage("no server"))?;
        let api = context.api_for_anybody(server)?;
        let ask = move || {
            let api = api.clone();
            async move { api.get::<SignalingAccess>("/api/signaling").await.ok() }
        };
        let place = SignalingPlace::new(origin.clone(), dialer.clone(), ask);
        Ok(Self { place, dialer, origin })
    }

    /// Randomness, from the operating system.
    pub fn random() -> UnwrapErr<SysRng> {
        UnwrapErr(SysRng)
    }
}

/// Whether a transfer goes on although its room is closed: its connection leads past the service.
pub fn outlives_room(reason: &CloseReason) -> bool {
    match reason {
        CloseReason::Refused(_) | CloseReason::Unreachable(_) => true,
        CloseReason::Ejected | CloseReason::Displaced => false,
    }
}

/// What it means that a room is closed.
pub fn close_failure(reason: CloseReason) -> Failure {
    match reason {
        CloseReason::Unreachable(why) => {
            Failure::new(ExitCode::Unreachable, "unreachable", shown(&why))
        }
        CloseReason::Ejected => {
            Failure::new(ExitCode::Refused, "ejected", "whoever made the room has put us out of it")
        }
        CloseReason::Displaced => {
            Failure::new(ExitCode::Refused, "displaced", "another process has taken our place")
        }
        CloseReason::Refused(RefusalCode::UnknownRoom) => Failure::new(
            ExitCode::NotFound,
            "unknown_room",
            "there is no such room, or not any more: whoever made it is gone",
        ),
        CloseReason::Refused(RefusalCode::RoomFull) => {
            Failure::new(ExitCode::Refused, "room_full", "the room is full")
        }
        CloseReason::Refused(RefusalCode::RoomLocked) => {
            Failure::new(ExitCode::Refused, "room_locked", "whoever made the room lets nobody in")
        }
        CloseReason::Refused(RefusalCode::RateLimited) => Failure::new(
            ExitCode::Unreachable,
            "rate_limited",
            "this network asks too often; wait a minute",
        ),
        CloseReason::Refused(code) => Failure::new(
            ExitCode::Unreachable,
            "refused",
            format!("the signaling service refused: {code:?}"),
        ),
    }
}

/// What it means how it ended with a member; none where everything has arrived.
pub fn member_failure(end: &MemberEnd) -> Option<Failure> {
    let failure = |exit, code, message: &str| Some(Failure::new(exit, code, message));
    match end {
        MemberEnd::Over(Outcome::Verified) => None,
        MemberEnd::Over(Outcome::Declined) => {
            failure(ExitCode::Refused, "declined", "the files were declined")
        }
        MemberEnd::Over(Outcome::Cancelled { by_us: true }) => Some(Failure::interrupted()),
        MemberEnd::Over(Outcome::Cancelled { by_us: false }) => {
            failure(ExitCode::Refused, "cancelled", "the other side stopped it")
        }
        MemberEnd::Over(Outcome::Failed { code, message, by_us }) => {
            let (exit, name) = match code {
                FailureCode::Version => (ExitCode::Failed, "version"),
                FailureCode::Malformed => (ExitCode::Damaged, "malformed"),
                FailureCode::Corrupt => (ExitCode::Damaged, "corrupt"),
                FailureCode::Unreadable => (ExitCode::LocalFile, "unreadable"),
                FailureCode::Unwritable => (ExitCode::LocalFile, "unwritable"),
                FailureCode::OutOfSpace => (ExitCode::LocalFile, "out_of_space"),
            };
            let by = if *by_us { "" } else { "the other side says: " };
            Some(Failure::new(exit, name, format!("{by}{}", shown(message))))
        }
        MemberEnd::Left => {
            failure(ExitCode::Unreachable, "left", "the other side left before it was done")
        }
        MemberEnd::Unreachable => failure(
            ExitCode::Unreachable,
            "no_connection",
            "no connection to the other side could be made",
        ),
        MemberEnd::Tampered => failure(
            ExitCode::Damaged,
            "tampered",
            "somebody between the two changed what was said; nothing of it was used",
        ),
    }
}
