//! The relay: joins two members of a room over WebSocket and hands each one's binary messages to
//! the other, for pairs that no UDP path connects. Whoever serves HTTP mounts [`Relays::router`];
//! signaling gives out the tickets of [`Relays::open`]. `docs/PROTOCOL.md` tells the conversation.
//!
//! Nothing is queued: a message is read from one side only after the one before it has been taken
//! by the other, so that a slow reader throttles the sender and memory does not follow either.

mod config;
mod endpoint;
mod lobby;
mod pace;
mod pipe;

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::ws::WebSocket;
use rand::SeedableRng;
use rand::rngs::StdRng;
use sharesync_protocol::relay::RelayTicket;
use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::limiter::KeyedLimiter;
use sharesync_service_kit::secret::random_bytes;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use config::RelayConfig;

use lobby::Lobby;

/// All relays of a server; clones are the same ones.
#[derive(Clone)]
pub struct Relays(Arc<Inner>);

struct Inner {
    config: RelayConfig,
    places: Arc<Semaphore>,
    waiting: Mutex<Waiting>,
    entries: KeyedLimiter<ClientNetwork>,
    joined: AtomicU64,
    bytes: AtomicU64,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Who has a ticket and has not met the other side yet.
struct Waiting {
    lobby: Lobby<oneshot::Sender<(WebSocket, OwnedSemaphorePermit)>, OwnedSemaphorePermit>,
    rng: StdRng,
}

/// What members are told of the relays.
#[derive(Clone, Debug)]
pub struct RelayOffer {
    /// Those of this server, where tickets are good.
    pub relays: Relays,
    /// Where this server's are, a `ws:` or `wss:` address of its own: without it both sides look
    /// for them where they reach signaling, which among several nodes leads to any of them.
    pub url: Option<String>,
}

/// What the relays have done since the server started, and do now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayCounts {
    /// Relays that hold a place now, those included whose tickets are not redeemed yet.
    pub open: usize,
    /// Relays that joined two sides.
    pub joined: u64,
    /// Bytes of messages that the other side has taken.
    pub bytes: u64,
}

impl Relays {
    /// No relays yet.
    pub fn new(config: RelayConfig) -> Self {
        Self(Arc::new(Inner {
            places: Arc::new(Semaphore::new(config.max_relays)),
            waiting: Mutex::new(Waiting {
                lobby: Lobby::new(config.ticket_lifetime),
                rng: StdRng::from_seed(random_bytes()),
            }),
            entries: KeyedLimiter::new(config.entries_per_client, &config.clock),
            config,
            joined: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// Keeps a place for one relay and gives the tickets of its two sides; none when all places
    /// are taken.
    pub fn open(&self) -> Option<(RelayTicket, RelayTicket)> {
        let mut waiting = self.waiting();
        let now_ms = self.0.config.clock.now_ms();
        waiting.lobby.forget_expired(now_ms);
        let place = Arc::clone(&self.0.places).try_acquire_owned().ok()?;
        let Waiting { lobby, rng } = &mut *waiting;
        Some(lobby.open(place, now_ms, rng))
    }

    /// The WebSocket endpoint `/relay`.
    pub fn router(&self) -> Router {
        endpoint::router(self.clone())
    }

    /// What the relays have done and do.
    pub fn counts(&self) -> RelayCounts {
        RelayCounts {
            open: self.0.config.max_relays - self.0.places.available_permits(),
            joined: self.0.joined.load(Ordering::Relaxed),
            bytes: self.0.bytes.load(Ordering::Relaxed),
        }
    }

    /// Ends every relay and lets no more begin; returns when all have ended.
    pub async fn close(&self) {
        self.0.stop.cancel();
        self.0.tasks.close();
        self.0.tasks.wait().await;
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        // The lobby changes in one step, so that it is sound even if somebody panicked holding it.
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Relays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Relays").field(&self.counts()).finish()
    }
}
