//! One client's relay: a socket of the server's own, and what is known of who uses it.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sharesync_service_kit::client_addr::ClientNetwork;
use sharesync_service_kit::limiter::Limiter;
use tokio::net::UdpSocket;
use tokio_util::sync::CancellationToken;
use turn_types::stun::message::TransactionId;

use super::routes::Routes;

/// How long an allocation lasts unless it is refreshed, in seconds; the shortest that RFC 8656 §7.2
/// lets be, and the longest that is given.
pub(super) const LIFETIME_SECS: u32 = 600;
/// How long it lasts however often it is refreshed, in milliseconds: a day.
const MAX_AGE_MS: i64 = 24 * 3600 * 1000;

/// Who asked for an allocation.
pub(super) struct Owner {
    /// Its address, and the port it speaks from.
    pub(super) client: SocketAddr,
    /// What its allocations are counted under.
    pub(super) network: ClientNetwork,
    /// The credential it showed.
    pub(super) username: String,
    /// The request: a repetition of it gets the same answer.
    pub(super) transaction: TransactionId,
}

/// A relay.
pub(super) struct Allocation {
    /// Whose it is.
    pub(super) owner: Owner,
    /// Where peers reach it.
    pub(super) relayed: SocketAddr,
    /// What reaches it there.
    pub(super) socket: UdpSocket,
    /// Ended when the allocation is.
    pub(super) ended: CancellationToken,
    rate: Limiter,
    routes: Mutex<Routes>,
    expires_ms: AtomicI64,
    ends_ms: i64,
}

impl Allocation {
    /// A relay that begins now.
    pub(super) fn new(
        owner: Owner,
        relayed: SocketAddr,
        socket: UdpSocket,
        rate: Limiter,
        now_ms: i64,
    ) -> Self {
        let allocation = Self {
            owner,
            relayed,
            socket,
            ended: CancellationToken::new(),
            rate,
            routes: Mutex::default(),
            expires_ms: AtomicI64::new(0),
            ends_ms: now_ms + MAX_AGE_MS,
        };
        allocation.refresh(now_ms);
        allocation
    }

    /// Lets it last for its lifetime from now on.
    pub(super) fn refresh(&self, now_ms: i64) {
        let expires_ms = now_ms + i64::from(LIFETIME_SECS) * 1000;
        self.expires_ms.store(expires_ms.min(self.ends_ms), Ordering::Relaxed);
    }

    /// Whether it has not been refreshed in time.
    pub(super) fn is_over(&self, now_ms: i64) -> bool {
        self.expires_ms.load(Ordering::Relaxed) <= now_ms
    }

    /// Whether so many more bytes may be carried now.
    pub(super) fn may_carry(&self, bytes: usize) -> bool {
        let bytes = u32::try_from(bytes).ok().and_then(NonZeroU32::new);
        bytes.is_none_or(|bytes| self.rate.check_many(bytes).is_ok())
    }

    /// Whom it speaks with.
    pub(super) fn routes(&self) -> MutexGuard<'_, Routes> {
        // Routes change in one step, so that they are sound even if somebody panicked with them.
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
