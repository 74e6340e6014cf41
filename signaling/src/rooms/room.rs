//! One room: who comes into it, who goes, and what its owner may do.

use serde::{Deserialize, Serialize};
use sharesync_protocol::code::Nameplate;
use sharesync_protocol::signaling::{Create, Join, Peer, PeerId, ResumeSecret};

use super::RoomError;
use super::knocks::Knock;
use super::member::{Membership, Place};
use super::reports::Half;
use crate::address::{Address, NodeId};
use crate::draft::{Gathering, Moment};
use crate::news::News;

/// A room. It has a member, present or away, for as long as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Room {
    /// In the order in which they first entered.
    pub(super) members: Vec<Membership>,
    /// Whether nobody new is let in.
    locked: bool,
    /// Who made it; stays its name when it has left, so that nobody can be taken for it.
    owner: PeerId,
    /// Whether it is for files that the others send to its owner.
    #[serde(default)]
    takes: bool,
    /// Knocks under way at the codes of members.
    pub(super) knocks: Vec<Knock>,
    /// Reports of transfers that wait for their other half: at most one for each two members.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) halves: Vec<Half>,
}

/// Somebody entered a room, or came back into it.
#[derive(Debug)]
pub(crate) struct Entered {
    /// Who entered.
    pub(crate) me: Peer,
    /// With what it may come back as the same.
    pub(crate) resume: ResumeSecret,
    /// The other members, oldest first.
    pub(crate) peers: Vec<Peer>,
    /// Whether nobody new is let in.
    pub(crate) locked: bool,
    /// Who takes files here, if that is what the room is for and its owner has not left.
    pub(crate) takes: Option<PeerId>,
}

/// A message's way through a room.
#[derive(Debug)]
pub(crate) struct Route {
    /// Who sends.
    pub(crate) from: PeerId,
    /// Who is to have it.
    pub(crate) to: Address,
}

impl Room {
    /// A room with its first member, and what that finds.
    pub(crate) fn begin(me: Address, create: &Create, moment: &mut Moment) -> (Self, Entered) {
        let first = Membership::begin(me, create.nonce.clone(), moment);
        let (owner, members) = (first.id.clone(), vec![first]);
        let room = Self {
            members,
            locked: false,
            owner,
            takes: create.takes,
            knocks: Vec::new(),
            halves: Vec::new(),
        };
        let entered = room.entered(0);
        (room, entered)
    }

    /// When the next absence in it ends (milliseconds since the Unix epoch).
    pub(super) fn expires_ms(&self) -> Option<i64> {
        let ends = self.members.iter().filter_map(|member| match member.place {
            Place::Away { until_ms } => Some(until_ms),
            Place::Here(_) => None,
        });
        ends.min()
    }

    /// Its members' open codes.
    pub(super) fn open_codes(&self) -> impl Iterator<Item = &Nameplate> {
        self.members.iter().filter_map(|member| member.code.as_ref())
    }

    /// Whether somebody is there on this socket.
    pub(crate) fn holds(&self, me: Address) -> bool {
        self.place_of(me).is_ok()
    }

    /// Whether somebody is there on this socket who did not make it.
    pub(crate) fn is_visited_by(&self, me: Address) -> bool {
        self.place_of(me).is_ok_and(|at| self.members[at].id != self.owner)
    }

    /// Takes in who brings a member's secret, as that member, or somebody new.
    pub(crate) fn enter(
        &mut self,
        me: Address,
        join: &Join,
        moment: &mut Moment,
    ) -> Result<Entered, RoomError> {
        let by_secret = |member: &Membership| join.resume.as_ref() == Some(&member.resume);
        // Not compared in constant time: what a clock could tell of 128 bits would take more tries
        // than the limit on entries allows.
        let at = match self.members.iter().position(by_secret) {
            Some(at) => {
                if let Some(before) = self.members[at].address() {
                    moment.tell(before, News::Displaced);
                }
                self.shut(at, moment);
                self.members[at].place = Place::Here(me);
                self.members[at].nonce.clone_from(&join.nonce);
                at
            }
            None if self.locked => return Err(RoomError::RoomLocked),
            None if self.members.len() >= moment.limits.peers => return Err(RoomError::RoomFull),
            None => {
                self.members.push(Membership::begin(me, join.nonce.clone(), moment));
                self.members.len() - 1
            }
        };
        let entered = self.entered(at);
        self.tell_others(at, &News::PeerJoined(entered.me.clone()), moment);
        Ok(entered)
    }

    /// Ends a membership.
    pub(crate) fn leave(&mut self, me: Address, moment: &mut Moment) -> Result<(), RoomError> {
        let at = self.place_of(me)?;
        self.end(at, moment);
        Ok(())
    }

    /// Lets nobody new in, or lets them in again. For its owner.
    pub(crate) fn lock(
        &mut self,
        me: Address,
        locked: bool,
        moment: &mut Moment,
    ) -> Result<(), RoomError> {
        let at = self.owner_at(me)?;
        self.locked = locked;
        self.tell_others(at, &News::Locked(locked), moment);
        Ok(())
    }

    /// Ends somebody's membership. For its owner.
    pub(crate) fn eject(
        &mut self,
        me: Address,
        peer: &PeerId,
        moment: &mut Moment,
    ) -> Result<(), RoomError> {
        self.owner_at(me)?;
        let at = self.place_by_peer(peer).ok_or(RoomError::UnknownPeer)?;
        if let Some(ejected) = self.members[at].address() {
            moment.tell(ejected, News::Ejected);
        }
        self.end(at, moment);
        Ok(())
    }

    /// Takes note that a member's socket is no more: from now on it is away.
    pub(crate) fn lose(&mut self, me: Address, moment: &mut Moment) -> Result<(), RoomError> {
        let at = self.place_of(me)?;
        self.shut(at, moment);
        self.members[at].place = Place::Away { until_ms: moment.end_of_grace_ms() };
        self.tell_others(at, &News::PeerAway(self.members[at].peer()), moment);
        Ok(())
    }

    /// Finds the way to the member that is known as `to`.
    pub(crate) fn route(&self, me: Address, to: &PeerId) -> Result<Route, RoomError> {
        let from = self.members[self.place_of(me)?].id.clone();
        let addressee = self.place_by_peer(to).and_then(|at| self.members[at].address());
        Ok(Route { from, to: addressee.ok_or(RoomError::UnknownPeer)? })
    }

    /// The place of somebody who is there.
    pub(super) fn place_of(&self, me: Address) -> Result<usize, RoomError> {
        let is_it = |member: &Membership| member.address() == Some(me);
        self.members.iter().position(is_it).ok_or(RoomError::NotInRoom)
    }

    /// The place of a member by its id.
    pub(super) fn place_by_peer(&self, peer: &PeerId) -> Option<usize> {
        self.members.iter().position(|member| member.id == *peer)
    }

    /// The place of the owner, if that is who it is.
    fn owner_at(&self, me: Address) -> Result<usize, RoomError> {
        let at = self.place_of(me)?;
        if self.members[at].id == self.owner { Ok(at) } else { Err(RoomError::NotOwner) }
    }

    fn present(&self) -> impl Iterator<Item = Address> {
        self.members.iter().filter_map(Membership::address)
    }

    /// What the member at that place finds.
    fn entered(&self, at: usize) -> Entered {
        let me = &self.members[at];
        let others = self.members.iter().filter(|member| member.id != me.id);
        Entered {
            me: me.peer(),
            resume: me.resume.clone(),
            peers: others.map(Membership::peer).collect(),
            locked: self.locked,
            takes: self.taker(),
        }
    }

    /// Who takes files here. Nobody inherits that: what others send was meant for the owner.
    fn taker(&self) -> Option<PeerId> {
        let is_there = self.takes && self.place_by_peer(&self.owner).is_some();
        is_there.then(|| self.owner.clone())
    }

    /// Tells everybody who is there but the member at that place.
    fn tell_others(&self, at: usize, news: &News, moment: &mut Moment) {
        let others = self.members.iter().enumerate().filter(|(other, _)| *other != at);
        for address in others.filter_map(|(_, member)| member.address()) {
            moment.tell(address, news.clone());
        }
    }

    /// Ends the membership at that place.
    fn end(&mut self, at: usize, moment: &mut Moment) {
        self.shut(at, moment);
        let member = self.members.remove(at);
        self.forget_reports(&member.id);
        // It will not come back: to be away is over, too.
        let left = News::PeerLeft(Peer { away: false, ..member.peer() });
        for address in self.present() {
            moment.tell(address, left.clone());
        }
    }
}

impl Gathering for Room {
    /// Whether it has a member, present or away.
    fn is_open(&self) -> bool {
        !self.members.is_empty()
    }

    /// Ends the memberships whose grace is over, the longest absence first.
    fn expire(&mut self, moment: &mut Moment) {
        while let Some(until_ms) = self.expires_ms().filter(|&end| end <= moment.now_ms) {
            let is_it = |member: &Membership| member.place == Place::Away { until_ms };
            let at = self.members.iter().position(is_it);
            self.end(at.expect("somebody is away until then"), moment);
        }
    }

    fn reaches(&self, node: NodeId) -> bool {
        let knockers = self.knocks.iter().map(|knock| knock.knocker);
        self.present().chain(knockers).any(|address| address.node == node)
    }

    fn lose_node(&mut self, node: NodeId, moment: &mut Moment) {
        let is_lost = |at: &usize| self.members[*at].address().is_some_and(|a| a.node == node);
        let lost: Vec<usize> = (0..self.members.len()).filter(is_lost).collect();
        // All of them are away before anybody is told, for none of them can be.
        for &at in &lost {
            self.members[at].place = Place::Away { until_ms: moment.end_of_grace_ms() };
        }
        for at in lost {
            self.shut(at, moment);
            self.tell_others(at, &News::PeerAway(self.members[at].peer()), moment);
        }
        self.end_knocks(|knock| knock.knocker.node == node, moment);
    }
}
