//! The Socket.IO namespace of rooms: takes sockets in, hands their events to the [`Hub`].
//! Mounted once by `Signaling::new`.

use std::fmt;
use std::sync::Arc;

use sharesync_protocol::signaling::{Auth, BAD_TICKET, NAMESPACE};
use socketioxide::SocketIo;
use socketioxide::adapter::LocalAdapter;
use socketioxide::extract::{AckSender, Event, Extension, SocketRef, TryData};
use socketioxide::handler::{ConnectHandler, FromMessageParts, MessageHandler, Value};
use socketioxide::socket::{DisconnectReason, Socket};

use crate::hub::Hub;
use crate::request::Request;
use crate::session::Session;
use crate::turns::Turns;

/// Opens the namespace.
pub(crate) fn mount(io: &SocketIo, hub: Arc<Hub>) {
    // The handlers are set in a middleware, which runs before the client learns that it is
    // connected: set afterwards, they would miss what an eager client sends first.
    let take_in = async move |socket: SocketRef, TryData(auth): TryData<Auth>| {
        if !hub.admits(&auth.unwrap_or_default()) {
            return Err(BadTicket);
        }
        take_in(&socket, &hub);
        Ok(())
    };
    // The client learns that it is connected a moment before it can be told anything else (socketioxide
    // 0.18 drops events until then), and may have asked for something by now.
    let open = async |Extension(turns): Extension<Arc<Turns>>| turns.open();
    io.ns(NAMESPACE, open.with(take_in));
}

/// Why a socket is not let into the namespace.
#[derive(Clone, Copy, Debug)]
struct BadTicket;

impl fmt::Display for BadTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(BAD_TICKET)
    }
}

fn take_in(socket: &SocketRef, hub: &Arc<Hub>) {
    let session = Session::begin(socket, hub.registry.node(), hub.socket_limits());
    let turns = Arc::new(Turns::begin(Arc::clone(hub), Arc::clone(&session)));
    socket.extensions.insert(Arc::clone(&turns));
    socket.on_fallback(Events { session, turns: Arc::clone(&turns) });
    socket.on_disconnect(async move |reason: DisconnectReason| turns.end(reason).await);
}

/// Handles every event of one socket, in the order in which they arrive. (A handler that is an
/// `async fn` gets a task for each event, and tasks overtake each other.)
struct Events {
    session: Arc<Session>,
    turns: Arc<Turns>,
}

/// Tells this handler from those of Socket.IO's own.
struct InOrder;

impl MessageHandler<LocalAdapter, InOrder> for Events {
    fn call(&self, socket: Arc<Socket>, mut packet: Value, ack_id: Option<i64>) {
        let Ok(ack) = AckSender::from_message_parts(&socket, &mut packet, &ack_id);
        let Ok(Event(event)) = Event::from_message_parts(&socket, &mut packet, &ack_id) else {
            return; // Socket.IO read the name before it called.
        };
        let json = packet.as_str().map_or("", |json| json.as_str());
        let request =
            self.session.count_event(json.len()).and_then(|()| Request::parse(&event, json));
        match request {
            Ok(request) => self.turns.take(request, ack),
            Err(error) => self.turns.refuse(ack, error),
        }
    }
}
