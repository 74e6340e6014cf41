//! A room: where members find each other. [`Room`] is what the rest of a peer has in its hands; a task beside it
//! (`RoomKeeper`) holds the line to the service and comes back when that is lost. The browser's twin is `room.ts`,
//! which has the transfers, too.

use std::sync::Arc;

use rand::CryptoRng;
use sharesync_protocol::report::TransferCount;
use sharesync_protocol::signaling::{
    IceServers, PageNonce, PeerId, RefusalCode, ResumeSecret, RoomId,
};
use sharesync_secrecy::{LinkKey, page_nonce};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::code_host::CodeHosting;
use crate::members::Members;
use crate::peer_signal::PeerSignal;
use crate::random::SharedRandom;
use crate::room_event::RoomEvent;
use crate::room_keeper::RoomKeeper;
use crate::sealed_line::{MemberPair, SealedLine};
use crate::signaling::{RelayInvitation, SignalingError};
use crate::signaling_place::SignalingPlace;

/// Events that may wait to be heard before the service is not listened to any more.
const EVENTS_WAITING: usize = 256;

/// How a room is entered.
#[derive(Clone)]
pub enum Entrance {
    /// A room of our own: a new one, or the one from before. Where that has ended, a new one takes its place.
    Host(Option<(RoomId, ResumeSecret)>),
    /// A room of our own for files that others send to us, likewise. It is never closed to us: where we are not let in,
    /// or put out, it is tried again, with another room if need be, until we leave.
    Taker(Option<(RoomId, ResumeSecret)>),
    /// Somebody else's room; as who we were in it before, where a secret is given and still holds.
    Guest(RoomId, Option<ResumeSecret>),
}

/// What it takes to enter a room.
pub struct RoomOptions {
    /// The service.
    pub place: SignalingPlace,
    /// How to enter.
    pub entrance: Entrance,
    /// The room's key.
    pub key: LinkKey,
    /// Whether codes lead there, one after the other.
    pub codes: bool,
}

/// Membership of one room; clones are the same one. With the last of them the line to the service is ended, and the
/// place is kept for a while: whoever goes for good closes it.
#[derive(Clone)]
pub struct Room {
    members: Arc<Members>,
    codes: Option<Arc<CodeHosting>>,
    leave: CancellationToken,
    ended: watch::Receiver<()>,
    _alive: Arc<DropGuard>,
}

impl Room {
    /// Enters a room. The events say how that went, and what happens from then on; where they are not taken, the
    /// service is not listened to either. To be called inside a Tokio runtime.
    pub fn open(
        options: RoomOptions,
        random: impl CryptoRng + Send + 'static,
    ) -> (Self, mpsc::Receiver<RoomEvent>) {
        let RoomOptions { place, entrance, key, codes } = options;
        let random = SharedRandom::new(random);
        let nonce =
            PageNonce::try_from(random.draw(page_nonce)).expect("16 bytes are 22 characters");
        let members = Arc::new(Members::new(key, nonce, random.clone()));
        let (tell, events) = mpsc::channel(EVENTS_WAITING);
        let codes = codes.then(|| Arc::new(CodeHosting::begin(random, tell.clone())));
        let (leave, gone) = (CancellationToken::new(), CancellationToken::new());
        let (end, ended) = watch::channel(());
        let keeper = RoomKeeper::new(place, entrance, Arc::clone(&members), codes.clone(), tell);
        let keeping = keeper.keep(leave.clone(), gone.clone());
        tokio::spawn(async move {
            keeping.await;
            drop(end);
        });
        (Self { members, codes, leave, ended, _alive: Arc::new(gone.drop_guard()) }, events)
    }

    /// Says something to a member, sealed, after what was said to it before.
    pub async fn say(&self, peer: &PeerId, signal: PeerSignal) -> Result<(), SignalingError> {
        self.line(peer)?.say(signal).await
    }

    /// Between whom a lane to this member is sealed; `None` when it is not in the room.
    pub fn sealed_pair(&self, peer: &PeerId) -> Option<MemberPair> {
        self.members.line(peer).map(|line| line.pair.clone())
    }

    /// The STUN and TURN servers of this moment, with credentials that are good for a while.
    pub async fn ice_servers(&self) -> Result<IceServers, SignalingError> {
        self.members.client.get()?.ice_servers().await
    }

    /// Has a relay to a member opened, which hears of it; returns our way there.
    pub async fn open_relay(&self, peer: &PeerId) -> Result<RelayInvitation, SignalingError> {
        self.members.client.get()?.open_relay(peer.clone()).await
    }

    /// Says how a transfer with a member ended.
    pub async fn report(
        &self,
        peer: &PeerId,
        transfer: TransferCount,
    ) -> Result<(), SignalingError> {
        self.members.client.get()?.report(peer.clone(), transfer).await
    }

    /// Lets nobody new in, by a code neither, or lets them in again. Refused to all but the room's owner.
    pub async fn lock(&self, locked: bool) -> Result<(), SignalingError> {
        let client = self.members.client.get()?;
        client.lock(locked).await?;
        if let (Some(codes), Some(room)) = (&self.codes, self.members.room()) {
            codes.serve(&client, &room, &self.members.key, locked);
        }
        Ok(())
    }

    /// Puts a member out. Refused to all but the room's owner.
    pub async fn eject(&self, peer: &PeerId) -> Result<(), SignalingError> {
        match self.members.client.get()?.eject(peer.clone()).await {
            // Gone by itself.
            Ok(()) | Err(SignalingError::Refused(RefusalCode::UnknownPeer)) => {}
            Err(error) => return Err(error),
        }
        self.members.forget(peer);
        Ok(())
    }

    /// Leaves, and returns when the service has been told, or cannot be.
    pub async fn close(&self) {
        self.leave.cancel();
        // The sender is dropped at the end; nothing is ever sent.
        let _ = self.ended.clone().changed().await;
    }

    /// 16 random bytes.
    pub(crate) fn draw(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.members.random.draw(|random| random.fill_bytes(&mut bytes));
        bytes
    }

    fn line(&self, peer: &PeerId) -> Result<Arc<SealedLine>, SignalingError> {
        self.members.line(peer).ok_or(SignalingError::Refused(RefusalCode::UnknownPeer))
    }
}
