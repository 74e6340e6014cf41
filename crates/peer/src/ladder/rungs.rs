//! What a ladder holds of each way while it is made or stands, and what the ways tell.

use std::future::pending;

use sharesync_protocol::transfer::LaneSignal as ConnectionSignal;
use tokio::sync::mpsc;

use crate::connection::{Connection, ConnectionEvent};
use crate::relay_link::{RelayEvent, RelayLink};
use crate::tcp_door::TcpDoor;
use crate::tcp_link::{TcpEvent, TcpLink};

/// A connection by ICE, made or being made.
pub(super) struct Link {
    pub(super) id: String,
    pub(super) connection: Connection,
    pub(super) events: mpsc::Receiver<ConnectionEvent>,
    pub(super) door: Door,
}

/// What becomes of our door while a link is described.
pub(super) enum Door {
    /// It is open, and the other side not known yet.
    Open(TcpDoor),
    /// It opens when the other side tells of its own: a browser does not.
    Unopened,
    /// The other side is being met there, and is still to be told where it is.
    Announced(String),
    /// There is none, any more or for this link.
    Closed,
}

/// A connection by TCP, made or being made.
pub(super) struct Tcp {
    /// The link in whose descriptions the two were told of each other.
    pub(super) id: String,
    pub(super) link: TcpLink,
    pub(super) events: mpsc::Receiver<TcpEvent>,
}

impl Tcp {
    /// The other side has lost it: so have we, whatever the kernel believes.
    pub(super) fn break_off(&mut self) {
        self.events.close();
        while self.events.try_recv().is_ok() {}
    }
}

/// A way through the relay, made or being made.
pub(super) struct Relay {
    pub(super) link: RelayLink,
    pub(super) events: mpsc::Receiver<RelayEvent>,
}

impl Link {
    /// What our side says, with where it can be reached by TCP.
    pub(super) fn with_door(&mut self, signal: ConnectionSignal) -> ConnectionSignal {
        match (signal, &mut self.door) {
            (ConnectionSignal::Offer { sdp }, Door::Open(door)) => {
                ConnectionSignal::Offer { sdp: sdp + &door.attribute() }
            }
            (ConnectionSignal::Answer { sdp }, Door::Announced(attribute)) => {
                ConnectionSignal::Answer { sdp: sdp + &std::mem::take(attribute) }
            }
            (signal, _) => signal,
        }
    }
}

/// What a way tells next; `gone` once it tells nothing any more, and never anything where there is none.
pub(super) async fn next_of<T>(events: Option<&mut mpsc::Receiver<T>>, gone: T) -> T {
    match events {
        Some(events) => events.recv().await.unwrap_or(gone),
        None => pending().await,
    }
}
