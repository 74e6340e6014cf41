//! Which devices see each other: pure state, like [`crate::rooms`]. No sockets, no storage; the time
//! and randomness are passed in.
//!
//! Devices of one client network that wish to be seen see each other, and may knock at each other.
//! Whoever is not seen sees nobody, and nobody is found from another network, whatever id is guessed,
//! for each network is a [`Neighbourhood`] of its own. What the two sides of a knock say to each other
//! is brought across by the knock's id, until either ends it or is gone. Changed by [`crate::hub`],
//! kept by [`crate::registry`].

use serde::{Deserialize, Serialize};
use sharesync_protocol::code::KnockId;
use sharesync_protocol::nearby::{Appear, Appeared, Device, DeviceId, NearbyKnock};
use sharesync_protocol::signaling::RefusalCode;

use crate::address::{Address, NodeId};
use crate::draft::{Gathering, Moment};
use crate::news::News;

/// Why a device is not seen, or sees nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NearbyError {
    #[error("The server does not tell who is nearby.")]
    NoNearby,
    #[error("As many devices of your network can be seen as may be.")]
    TooManyDevices,
    #[error("Let yourself be seen first.")]
    NotAppeared,
    #[error("No such device can be seen from here, or it is gone.")]
    UnknownDevice,
}

impl NearbyError {
    /// What a program is told.
    pub(crate) fn code(self) -> RefusalCode {
        match self {
            Self::NoNearby => RefusalCode::NoNearby,
            Self::TooManyDevices => RefusalCode::TooManyDevices,
            Self::NotAppeared => RefusalCode::NotAppeared,
            Self::UnknownDevice => RefusalCode::UnknownDevice,
        }
    }
}

/// The devices of one client network.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Neighbourhood {
    /// Those that can be seen, in the order in which they appeared.
    seen: Vec<Seen>,
    /// Knocks under way. Each knocker has one at most, so that there are never more than sockets;
    /// whoever is not seen any more may still talk.
    knocks: Vec<Knock>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Seen {
    address: Address,
    device: Device,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Knock {
    id: KnockId,
    knocker: Address,
    other: Address,
}

impl Knock {
    /// The other of the two, where `me` is one.
    fn other_side(&self, me: Address) -> Option<Address> {
        if me == self.knocker {
            Some(self.other)
        } else {
            (me == self.other).then_some(self.knocker)
        }
    }
}

impl Neighbourhood {
    /// Lets `me` be seen, by a new id, in place of what it was seen as before.
    pub(crate) fn appear(
        &mut self,
        me: Address,
        appear: &Appear,
        moment: &mut Moment,
    ) -> Result<Appeared, NearbyError> {
        self.disappear(me, moment);
        if self.seen.len() >= moment.limits.devices {
            return Err(NearbyError::TooManyDevices);
        }
        let Appear { name, platform } = appear.clone();
        let device = Device { id: DeviceId(moment.random_id()), name, platform };
        let devices = self.seen.iter().map(|seen| seen.device.clone()).collect();
        self.tell_all(&News::NearbyAppeared(device.clone()), moment);
        self.seen.push(Seen { address: me, device: device.clone() });
        Ok(Appeared { me: device, devices })
    }

    /// Lets `me` be seen no more, if it could be.
    pub(crate) fn disappear(&mut self, me: Address, moment: &mut Moment) {
        if let Some(at) = self.seen.iter().position(|seen| seen.address == me) {
            let gone = self.seen.remove(at).device;
            self.tell_all(&News::NearbyGone(gone), moment);
        }
    }

    /// Knocks at another device, which ends the knock that `me` began before.
    pub(crate) fn knock(
        &mut self,
        me: Address,
        said: &NearbyKnock,
        moment: &mut Moment,
    ) -> Result<KnockId, NearbyError> {
        let own = self.seen.iter().find(|seen| seen.address == me);
        let from = own.ok_or(NearbyError::NotAppeared)?.device.clone();
        let is_it = |seen: &&Seen| seen.device.id == said.device && seen.address != me;
        let other = self.seen.iter().find(is_it).ok_or(NearbyError::UnknownDevice)?.address;
        self.end_knocks(|knock| (knock.knocker == me).then_some(knock.other), moment);
        let id = KnockId(moment.random_id());
        let heard = said.clone().heard_from(from, id.clone());
        moment.tell(other, News::NearbyKnocked(heard));
        self.knocks.push(Knock { id: id.clone(), knocker: me, other });
        Ok(id)
    }

    /// Whom a message of `me`'s about a knock goes to: the other of the two. None where `me` has part
    /// in no such knock.
    pub(crate) fn route_knock(&self, me: Address, knock: &KnockId) -> Option<Address> {
        self.knocks.iter().find(|other| other.id == *knock)?.other_side(me)
    }

    /// Ends a knock that `me` has part in; says whether there was one.
    pub(crate) fn end_knock(&mut self, me: Address, knock: &KnockId, moment: &mut Moment) -> bool {
        let ended = |other: &Knock| other.other_side(me).filter(|_| other.id == *knock);
        self.end_knocks(ended, moment) > 0
    }

    /// Forgets a socket that is no more, and ends all knocks that it has part in.
    pub(crate) fn lose(&mut self, me: Address, moment: &mut Moment) {
        self.end_knocks(|knock| knock.other_side(me), moment);
        self.disappear(me, moment);
    }

    /// Ends the knocks of which `to_tell` says who is to hear of that; returns how many.
    fn end_knocks(
        &mut self,
        to_tell: impl Fn(&Knock) -> Option<Address>,
        moment: &mut Moment,
    ) -> usize {
        let before = self.knocks.len();
        self.knocks.retain(|knock| {
            let told = to_tell(knock);
            if let Some(to) = told {
                moment.tell(to, News::KnockEnded(knock.id.clone()));
            }
            told.is_none()
        });
        before - self.knocks.len()
    }

    fn tell_all(&self, news: &News, moment: &mut Moment) {
        for seen in &self.seen {
            moment.tell(seen.address, news.clone());
        }
    }
}

impl Gathering for Neighbourhood {
    fn is_open(&self) -> bool {
        !self.seen.is_empty() || !self.knocks.is_empty()
    }

    /// Nothing here ends by a clock.
    fn expire(&mut self, _: &mut Moment) {}

    fn reaches(&self, node: NodeId) -> bool {
        let knocking = self.knocks.iter().flat_map(|knock| [knock.knocker, knock.other]);
        let seen = self.seen.iter().map(|seen| seen.address);
        seen.chain(knocking).any(|address| address.node == node)
    }

    fn lose_node(&mut self, node: NodeId, moment: &mut Moment) {
        let is_lost = |address: Address| address.node == node;
        let gone: Vec<Seen> = self.seen.extract_if(.., |seen| is_lost(seen.address)).collect();
        // A side that is lost as well cannot be told, and letters to its node go nowhere.
        self.end_knocks(
            |knock| match (is_lost(knock.knocker), is_lost(knock.other)) {
                (true, _) => Some(knock.other),
                (false, true) => Some(knock.knocker),
                (false, false) => None,
            },
            moment,
        );
        for Seen { device, .. } in gone {
            self.tell_all(&News::NearbyGone(device), moment);
        }
    }
}

#[cfg(test)]
mod tests;
