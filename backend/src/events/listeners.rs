//! The sockets of the namespace `/events`: who is let in, who is told what, and when one ends. Used by `events`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use sharesync_protocol::events::{Auth, NAMESPACE, UNAUTHENTICATED, UNAVAILABLE};
use sharesync_protocol::{SessionId, UserId};
use socketioxide::extract::{Extension, SocketRef, TryData};
use socketioxide::handler::ConnectHandler;
use socketioxide::operators::BroadcastOperators;
use socketioxide::{SendError, SocketError, SocketIo};

use super::Shared;
use crate::db::session;
use crate::error::Result;

/// The room of all sockets that have not ended.
const EVERYBODY: &str = "everybody";
/// How long to wait before trying again to tell a socket with a full buffer that it is out.
const END_RETRY: Duration = Duration::from_millis(100);

/// Everybody who listens.
pub(super) struct Listeners {
    io: SocketIo,
}

/// Whose a socket is, and until when.
#[derive(Clone, Copy)]
struct Known {
    user: UserId,
    session: SessionId,
    /// When its token is over, in seconds since the Unix epoch.
    expires_at: i64,
}

/// Why a socket is not let in.
#[derive(Clone, Copy, Debug)]
enum Refused {
    /// No good token.
    Unauthenticated,
    /// The database does not answer.
    Unavailable,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unauthenticated => UNAUTHENTICATED,
            Self::Unavailable => UNAVAILABLE,
        })
    }
}

/// Opens the namespace.
pub(super) fn mount(io: &SocketIo, events: &Arc<Shared>) {
    // What is on the sockets must not keep alive what keeps them.
    let (door, hall) = (Arc::downgrade(events), Arc::downgrade(events));
    let let_in = async move |socket: SocketRef, TryData(auth): TryData<Auth>| {
        let events = door.upgrade().ok_or(Refused::Unavailable)?;
        let token = auth.unwrap_or_default().token.ok_or(Refused::Unauthenticated)?;
        let known = events.identify(&token).await?;
        socket.extensions.insert(known);
        socket.join([EVERYBODY.to_owned(), room_of(known.user), room_of_session(known.session)]);
        // There is nothing to say here.
        socket.on_fallback(async |socket: SocketRef| end(socket));
        Ok::<_, Refused>(())
    };
    // Its session may have ended while it was on its way in, where nobody finds it.
    let look_again = async move |socket: SocketRef, Extension(known): Extension<Known>| {
        let is_good = match hall.upgrade() {
            Some(events) => events.is_in_session(known).await.unwrap_or(false),
            None => false,
        };
        if !is_good {
            end(socket);
        }
    };
    io.ns(NAMESPACE, look_again.with(let_in));
}

impl Shared {
    /// Whose an access token is. Others are nobody's here: what has an API token has no page.
    async fn identify(&self, token: &str) -> Result<Known, Refused> {
        let named = self.access_tokens.verify_until(token).ok_or(Refused::Unauthenticated)?;
        let (user, session, expires_at) = named;
        let known = Known { user, session, expires_at };
        match self.is_in_session(known).await {
            Ok(true) => Ok(known),
            Ok(false) => Err(Refused::Unauthenticated),
            Err(cause) => {
                tracing::warn!(%cause, "somebody cannot be let in to live updates");
                Err(Refused::Unavailable)
            }
        }
    }

    async fn is_in_session(&self, Known { user, session, .. }: Known) -> Result<bool> {
        Ok(session::role_in(&self.db, session, user, self.clock.now_ms()).await?.is_some())
    }
}

impl Listeners {
    /// Those of `io`.
    pub(super) fn new(io: SocketIo) -> Self {
        Self { io }
    }

    /// Whether anybody listens.
    pub(super) fn is_anybody_there(&self) -> bool {
        !self.in_room(EVERYBODY.to_owned()).is_empty()
    }

    /// Whether a user has any socket.
    pub(super) fn are_there(&self, user: UserId) -> bool {
        !self.in_room(room_of(user)).is_empty()
    }

    /// Tells all of a user's sockets. One that is so slow to read that there is no room for it is ended: it comes
    /// again, and looks for itself.
    pub(super) fn tell(&self, user: UserId, event: &str, news: &impl Serialize) {
        for socket in self.in_room(room_of(user)) {
            if let Err(SendError::Socket(SocketError::InternalChannelFull)) =
                socket.emit(event, news)
            {
                tracing::info!("ending a socket that does not keep up");
                end(socket);
            }
        }
    }

    /// Ends the sockets of a session.
    pub(super) fn end_session(&self, session: SessionId) {
        self.in_room(room_of_session(session)).into_iter().for_each(end);
    }

    /// Ends all of a user's sockets.
    pub(super) fn end_user(&self, user: UserId) {
        self.in_room(room_of(user)).into_iter().for_each(end);
    }

    /// Ends the sockets whose token is over by now, in seconds since the Unix epoch.
    pub(super) fn end_expired(&self, now: i64) {
        let is_over = |socket: &SocketRef| {
            socket.extensions.get::<Known>().is_none_or(|known| known.expires_at <= now)
        };
        self.in_room(EVERYBODY.to_owned()).into_iter().filter(is_over).for_each(end);
    }

    fn in_room(&self, room: String) -> Vec<SocketRef> {
        let all = self.io.of(NAMESPACE).map(|all| all.within(room));
        all.map(BroadcastOperators::sockets).unwrap_or_default()
    }
}

/// Takes a socket out: it is told nothing from now on but that, as soon as there is room for it.
fn end(socket: SocketRef) {
    socket.leave_all();
    if let Err(SocketError::InternalChannelFull) = socket.clone().disconnect() {
        tokio::spawn(async move {
            while let Err(SocketError::InternalChannelFull) = socket.clone().disconnect() {
                tokio::time::sleep(END_RETRY).await;
            }
        });
    }
}

fn room_of(user: UserId) -> String {
    format!("user {user}")
}

fn room_of_session(session: SessionId) -> String {
    format!("session {session}")
}
