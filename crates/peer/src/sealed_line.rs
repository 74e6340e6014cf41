//! What two members say to each other by way of the signaling service: sealed, so that the service can neither read
//! nor change it, and one after the other, so that it can be told when their order was changed. Kept by `Room` for
//! every other member. The browser's twin is `sealed-line.ts`.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use sharesync_protocol::signaling::{PeerId, RoomId};
use sharesync_secrecy::{LinkKey, OpenError, SealedMember, SealedPair, SignalSealer};
use tokio::sync::oneshot;

use crate::peer_signal::PeerSignal;
use crate::random::SharedRandom;
use crate::signaling::{SignalingClient, SignalingError};

/// Between whom signals and lanes are sealed; lends itself to `sharesync_secrecy`.
#[derive(Clone)]
pub struct MemberPair {
    pub(crate) key: LinkKey,
    pub(crate) room: RoomId,
    pub(crate) own: (PeerId, String),
    pub(crate) other: (PeerId, String),
}

impl MemberPair {
    /// The pair as sealers take it.
    pub fn sealed(&self) -> SealedPair<'_> {
        SealedPair {
            key: &self.key,
            room: &self.room.0,
            own: SealedMember { id: &self.own.0.0, nonce: &self.own.1 },
            other: SealedMember { id: &self.other.0.0, nonce: &self.other.1 },
        }
    }
}

/// The connection to the service of the moment, if there is one; clones are the same.
#[derive(Clone, Default)]
pub(crate) struct CurrentClient(Arc<Mutex<Option<SignalingClient>>>);

impl CurrentClient {
    /// The connection, while a room is entered by it.
    pub(crate) fn get(&self) -> Result<SignalingClient, SignalingError> {
        let client = lock(&self.0).clone();
        client.ok_or_else(|| SignalingError::unreachable("the connection is being made again"))
    }

    pub(crate) fn set(&self, client: Option<SignalingClient>) {
        *lock(&self.0) = client;
    }
}

/// The line to one other member, for as long as both run.
pub(crate) struct SealedLine {
    pub(crate) pair: MemberPair,
    client: CurrentClient,
    random: SharedRandom,
    sealer: Mutex<SignalSealer>,
    outbox: Mutex<Outbox>,
}

#[derive(Default)]
struct Outbox {
    waiting: VecDeque<Waiting>,
    /// A task is at it.
    sending: bool,
}

struct Waiting {
    signal: PeerSignal,
    told: Vec<oneshot::Sender<Result<(), SignalingError>>>,
}

impl SealedLine {
    /// A line; none to who shows our own nonce.
    pub(crate) fn new(
        pair: MemberPair,
        client: CurrentClient,
        random: SharedRandom,
    ) -> Result<Self, OpenError> {
        let sealer = Mutex::new(SignalSealer::new(pair.sealed())?);
        Ok(Self { pair, client, random, sealer, outbox: Mutex::default() })
    }

    /// Says something, after what was said before; it is said also where nobody waits for it.
    pub(crate) async fn say(self: Arc<Self>, signal: PeerSignal) -> Result<(), SignalingError> {
        let (tell, told) = oneshot::channel();
        if self.put(signal, tell) {
            tokio::spawn(Arc::clone(&self).send_all());
        }
        drop(self);
        told.await.unwrap_or_else(|_| Err(SignalingError::unreachable("nobody sends any more")))
    }

    /// Opens what came. [`OpenError::Tampered`] when the other member did not say it, or not now.
    pub(crate) fn hear(
        &self,
        event: &'static str,
        body: &Map<String, Value>,
    ) -> Result<PeerSignal, OpenError> {
        let sealed = body.get("sealed").and_then(Value::as_str).ok_or(OpenError::Tampered)?;
        let body = lock(&self.sealer).open(event, sealed)?;
        PeerSignal::read(event, body).ok_or(OpenError::Malformed)
    }

    /// Puts a signal behind those that wait, or into the last of them; whether somebody has to be found to send it.
    fn put(&self, signal: PeerSignal, tell: oneshot::Sender<Result<(), SignalingError>>) -> bool {
        let mut outbox = lock(&self.outbox);
        let joined = match outbox.waiting.back_mut() {
            Some(last) => last.signal.join(signal).map(|()| last),
            None => Err(signal),
        };
        match joined {
            Ok(last) => last.told.push(tell),
            Err(signal) => outbox.waiting.push_back(Waiting { signal, told: vec![tell] }),
        }
        !std::mem::replace(&mut outbox.sending, true)
    }

    async fn send_all(self: Arc<Self>) {
        while let Some(Waiting { signal, told }) = self.next() {
            let sent = self.send(&signal).await;
            for tell in told {
                // Not everybody waits for it.
                let _ = tell.send(sent.clone());
            }
        }
    }

    fn next(&self) -> Option<Waiting> {
        let mut outbox = lock(&self.outbox);
        let next = outbox.waiting.pop_front();
        outbox.sending = next.is_some();
        next
    }

    async fn send(&self, signal: &PeerSignal) -> Result<(), SignalingError> {
        let client = self.client.get()?;
        let event = signal.event();
        let json = signal.to_json();
        let sealed = self.random.draw(|random| lock(&self.sealer).seal(event, &json, random));
        let sealed = sealed.map_err(|_| SignalingError::TooLarge)?;
        client.signal(&self.pair.other.0, event, sealed).await
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
