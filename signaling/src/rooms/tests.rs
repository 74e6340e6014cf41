use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, json};
use sharesync_protocol::code::{Knock, KnockId, Nameplate};
use sharesync_protocol::signaling::{Create, Join, PageNonce, Peer, PeerId, ResumeSecret, RoomId};

use super::*;
use crate::address::{Address, NodeId};
use crate::draft::{Draft, Gathering, Limits, Moment};
use crate::news::{News, Notice};
use crate::request::RequestError;

mod knocking;
mod membership;
mod owner;
mod reports;
mod taking;

const GRACE: Duration = Duration::from_mins(2);
const GRACE_MS: i64 = 120_000;
const LIMITS: Limits = Limits { rooms: 8, peers: 4, grace: GRACE, devices: 0 };

/// One room that is kept from change to change, with people whose sockets have numbers, and a source
/// of ids that is the same in every run.
struct Table {
    room: Option<Room>,
    now_ms: i64,
    codes_open: usize,
    rng: StdRng,
    node: NodeId,
    /// Who was told what by the last change, one line each.
    told: Vec<String>,
}

impl Table {
    /// A table at which nobody sits.
    fn new() -> Self {
        Self {
            room: None,
            now_ms: 0,
            codes_open: 0,
            rng: StdRng::seed_from_u64(1),
            node: NodeId::draw(),
            told: Vec::new(),
        }
    }

    /// A table with somebody at it.
    fn with_host() -> (Self, Entered) {
        let mut table = Self::new();
        let host = table.create(1);
        (table, host)
    }

    fn socket(&self, number: u8) -> Address {
        let socket = format!("{number:A>16}").parse().unwrap();
        Address { node: self.node, socket }
    }

    fn change<T>(
        &mut self,
        change: impl FnOnce(&mut Room, &mut Moment) -> Result<T, RoomError>,
    ) -> Result<T, RoomError> {
        self.draft(|room, moment| change(room.as_mut().ok_or(RoomError::UnknownRoom)?, moment))
    }

    fn act(&mut self, act: impl FnOnce(&mut Room, &mut Moment)) {
        let acted = self.change(|room, moment| {
            act(room, moment);
            Ok(())
        });
        acted.unwrap();
    }

    fn draft<T>(
        &mut self,
        change: impl FnOnce(&mut Option<Room>, &mut Moment) -> Result<T, RoomError>,
    ) -> Result<T, RoomError> {
        let rng = StdRng::from_rng(&mut self.rng);
        let moment = Moment::new(self.now_ms, LIMITS, self.codes_open, rng);
        let draft = Draft::of(self.room.as_ref(), moment, |room, moment| {
            change(room, moment).map_err(RequestError::from)
        });
        self.room = draft.after;
        self.told = draft.notices.iter().map(|notice| self.line(notice)).collect();
        draft.outcome.map_err(|error| match error {
            RequestError::Room(error) => error,
            other => panic!("{other}"),
        })
    }

    /// News as `number: news`, with socket numbers for addresses.
    fn line(&self, Notice { to, news }: &Notice) -> String {
        let to = (0..=u8::MAX).find(|number| self.socket(*number).socket == to.socket).unwrap();
        let news = match news {
            News::PeerJoined(peer) => format!("joined {}", name(&peer.id)),
            News::PeerAway(peer) => format!("away {}", name(&peer.id)),
            News::PeerLeft(peer) => format!("left {}", name(&peer.id)),
            News::Locked(locked) => format!("locked {locked}"),
            News::Ejected => "ejected".into(),
            News::Displaced => "displaced".into(),
            News::Knocked(message) => format!("knocked {}", name_of_knock(&message.knock)),
            News::KnockEnded(knock) => format!("ended {}", name_of_knock(knock)),
            News::NearbyAppeared(_) | News::NearbyGone(_) | News::NearbyKnocked(_) => {
                panic!("a room says nothing of who is nearby")
            }
        };
        format!("{to}: {news}")
    }

    fn create(&mut self, socket: u8) -> Entered {
        self.create_as(socket, &Create::default())
    }

    fn create_as(&mut self, socket: u8, create: &Create) -> Entered {
        let me = self.socket(socket);
        let created = self.draft(|room, moment| {
            let (begun, entered) = Room::begin(me, create, moment);
            *room = Some(begun);
            Ok(entered)
        });
        created.unwrap()
    }

    fn join(&mut self, socket: u8) -> Result<Entered, RoomError> {
        self.enter(socket, None, None)
    }

    /// Comes back with what a membership was entered with.
    fn resume(&mut self, socket: u8, before: &Entered) -> Result<Entered, RoomError> {
        self.enter(socket, Some(nonce('B')), Some(before.resume.clone()))
    }

    fn enter(
        &mut self,
        socket: u8,
        nonce: Option<PageNonce>,
        resume: Option<ResumeSecret>,
    ) -> Result<Entered, RoomError> {
        let (me, room) = (self.socket(socket), RoomId("the only one".into()));
        self.change(|seats, moment| seats.enter(me, &Join { room, nonce, resume }, moment))
    }

    fn leave(&mut self, socket: u8) -> Result<(), RoomError> {
        let me = self.socket(socket);
        self.change(|room, moment| room.leave(me, moment))
    }

    fn lose(&mut self, socket: u8) -> Result<(), RoomError> {
        let me = self.socket(socket);
        self.change(|room, moment| room.lose(me, moment))
    }

    fn lock(&mut self, socket: u8, locked: bool) -> Result<(), RoomError> {
        let me = self.socket(socket);
        self.change(|room, moment| room.lock(me, locked, moment))
    }

    fn eject(&mut self, socket: u8, peer: &PeerId) -> Result<(), RoomError> {
        let me = self.socket(socket);
        self.change(|room, moment| room.eject(me, peer, moment))
    }

    /// Lets time pass, and ends what is over by then.
    fn wait_until(&mut self, now_ms: i64) {
        self.now_ms = now_ms;
        self.draft(|_, _| Ok(())).unwrap();
    }

    /// Which socket a message to `to` goes to.
    fn route(&self, socket: u8, to: &PeerId) -> Result<Address, RoomError> {
        let room = self.room.as_ref().ok_or(RoomError::UnknownRoom)?;
        room.route(self.socket(socket), to).map(|route| route.to)
    }
}

/// Enough of an id to tell it from others.
fn name(id: &PeerId) -> &str {
    &id.0[..4]
}

fn name_of_knock(knock: &KnockId) -> &str {
    &knock.0[..4]
}

fn nonce(letter: char) -> PageNonce {
    letter.to_string().repeat(22).try_into().unwrap()
}

fn ids(peers: &[Peer]) -> Vec<PeerId> {
    peers.iter().map(|peer| peer.id.clone()).collect()
}
