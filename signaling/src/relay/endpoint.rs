//! Where the two sides of a relay come in: checks the page, takes the ticket, waits for the other
//! side. Mounted by [`Relays::router`].

use std::sync::atomic::Ordering;

use axum::extract::ws::close_code::{AWAY, POLICY};
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use sharesync_protocol::relay::{MAX_RELAY_MESSAGE_BYTES, RelayEntry, RelayTicket};
use sharesync_service_kit::client_addr::{ClientAddr, ClientNetwork};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::timeout;

use super::Relays;
use super::lobby::{Redeemed, Void};
use super::pipe::{hang_up, join};

/// What a socket reads at once, in bytes: fewer calls for a large message than with less, and a
/// relay's four buffers still stay small.
const READ_BUFFER_BYTES: usize = 32 * 1024;
/// How far a message may exceed the largest before its end is not waited for.
const SIZE_TOLERANCE_BYTES: usize = 1024;

/// Why a socket was turned away before it was joined to another.
#[derive(Clone, Copy, Debug)]
enum TurnedAway {
    /// No ticket, or none that is good.
    BadTicket,
    /// The other side did not come, or went again.
    OtherGone,
    /// It spoke before it was told that the other side is there, or left.
    Impatient,
    /// The server is stopping.
    Stopping,
}

impl TurnedAway {
    fn words(self) -> (u16, &'static str) {
        match self {
            Self::BadTicket => (POLICY, "show a good ticket first"),
            Self::OtherGone => (AWAY, "the other side is gone"),
            Self::Impatient => (POLICY, "wait for the other side"),
            Self::Stopping => (AWAY, "the server is stopping"),
        }
    }
}

/// What the second side brings to the first.
type Arrival = (WebSocket, OwnedSemaphorePermit);

pub(super) fn router(relays: Relays) -> Router {
    Router::new()
        .route("/relay", get(enter))
        .layer(middleware::from_fn_with_state(relays.clone(), check_origin))
        .with_state(relays)
}

/// Refuses other sites' pages before there is a socket.
async fn check_origin(
    State(relays): State<Relays>,
    headers: HeaderMap,
    request: Request,
    next: Next,
) -> Result<Response, StatusCode> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if !relays.0.config.origins.allow(text(header::ORIGIN), text(header::HOST)) {
        return Err(StatusCode::FORBIDDEN);
    }
    Ok(next.run(request).await)
}

async fn enter(
    State(relays): State<Relays>,
    address: Option<Extension<ClientAddr>>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, StatusCode> {
    let network = address.map_or(ClientNetwork::UNKNOWN, |Extension(address)| address.network());
    if relays.0.entries.check(&network).is_err() {
        return Err(StatusCode::TOO_MANY_REQUESTS);
    }
    let upgrade = upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(0)
        .max_message_size(MAX_RELAY_MESSAGE_BYTES + SIZE_TOLERANCE_BYTES)
        .max_frame_size(MAX_RELAY_MESSAGE_BYTES + SIZE_TOLERANCE_BYTES);
    let tasks = relays.0.tasks.clone();
    Ok(upgrade.on_upgrade(move |socket| tasks.track_future(relays.serve(socket))))
}

impl Relays {
    /// Serves one socket from its ticket to its end; the second of a pair until the first has it.
    async fn serve(self, mut socket: WebSocket) {
        let refusal = match self.ticket(&mut socket).await {
            Ok(ticket) => match self.meet(ticket, socket).await {
                Ok(()) => return,
                Err((turned_away, back)) => {
                    socket = back;
                    turned_away
                }
            },
            Err(turned_away) => turned_away,
        };
        let (code, reason) = refusal.words();
        hang_up(socket, code, reason).await;
    }

    async fn ticket(&self, socket: &mut WebSocket) -> Result<RelayTicket, TurnedAway> {
        let said = tokio::select! {
            said = timeout(self.0.config.ticket_patience, socket.recv()) => said,
            () = self.0.stop.cancelled() => return Err(TurnedAway::Stopping),
        };
        let Ok(Some(Ok(Message::Text(text)))) = said else {
            return Err(TurnedAway::BadTicket);
        };
        let entry: RelayEntry = serde_json::from_str(&text).map_err(|_| TurnedAway::BadTicket)?;
        Ok(entry.ticket)
    }

    async fn meet(
        &self,
        ticket: RelayTicket,
        socket: WebSocket,
    ) -> Result<(), (TurnedAway, WebSocket)> {
        let (door, mut arrivals) = oneshot::channel();
        let now_ms = self.0.config.clock.now_ms();
        let redeemed = self.waiting().lobby.redeem(&ticket, now_ms, || door);
        match redeemed {
            Err(Void) => Err((TurnedAway::BadTicket, socket)),
            Ok(Redeemed::Second(door, place)) => {
                let arrival = door.send((socket, place));
                arrival.map_err(|(socket, _)| (TurnedAway::OtherGone, socket))
            }
            Ok(Redeemed::First(patience)) => {
                let mut socket = socket;
                let arrived = tokio::select! {
                    arrived = &mut arrivals => arrived.map_err(|_| TurnedAway::OtherGone),
                    turned_away = impatience(&mut socket) => Err(turned_away),
                    () = tokio::time::sleep(patience) => Err(TurnedAway::OtherGone),
                    () = self.0.stop.cancelled() => Err(TurnedAway::Stopping),
                };
                match arrived {
                    Ok(arrival) => self.join(socket, arrival).await,
                    Err(turned_away) => return Err((turned_away, socket)),
                }
                Ok(())
            }
        }
    }

    async fn join(&self, first: WebSocket, (second, place): Arrival) {
        self.0.joined.fetch_add(1, Ordering::Relaxed);
        join(first, second, &self.0.config, &self.0.bytes, &self.0.stop).await;
        drop(place);
    }
}

/// Returns when a socket that should wait does anything else.
async fn impatience(socket: &mut WebSocket) -> TurnedAway {
    while let Some(Ok(Message::Ping(_) | Message::Pong(_))) = socket.recv().await {}
    TurnedAway::Impatient
}
