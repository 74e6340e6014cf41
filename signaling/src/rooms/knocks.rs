//! Short codes, and knocks at them: a room's side door.
//!
//! A member of a room (the holder) opens a code, whose nameplate it reads out to somebody. That
//! somebody (the knocker) knocks at the nameplate, which takes it out of use, so that a code allows
//! one guess. What the two then say to each other is brought across by the knock's id.

use rand::RngExt;
use serde::{Deserialize, Serialize};
use sharesync_protocol::code::{self, KnockId, KnockMessage, NAMEPLATE_DIGITS, Nameplate};
use sharesync_protocol::signaling::PeerId;

use super::{Room, RoomError};
use crate::address::Address;
use crate::draft::Moment;
use crate::news::News;

/// A knock under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Knock {
    id: KnockId,
    /// Who knocked, from outside of the room.
    pub(super) knocker: Address,
    /// At whose code.
    holder: PeerId,
}

impl Room {
    /// Opens a code, in place of the one that the member had open. It may be one that another room
    /// has, which `registry` knows: then it is drawn again.
    pub(crate) fn open_code(
        &mut self,
        me: Address,
        moment: &mut Moment,
    ) -> Result<Nameplate, RoomError> {
        let at = self.place_of(me)?;
        self.members[at].code = None;
        let numbers = numbers_for(moment.codes_open);
        loop {
            let nameplate = Nameplate(moment.rng.random_range(numbers.clone()).to_string());
            if self.holder_at(&nameplate).is_none() {
                self.members[at].code = Some(nameplate.clone());
                return Ok(nameplate);
            }
        }
    }

    /// Takes a member's open code out of use, if there is one.
    pub(crate) fn close_code(&mut self, me: Address) {
        if let Ok(at) = self.place_of(me) {
            self.members[at].code = None;
        }
    }

    /// Knocks at a nameplate, which takes it out of use. Its holder hears the knock's body.
    pub(crate) fn knock(
        &mut self,
        me: Address,
        knock: &code::Knock,
        moment: &mut Moment,
    ) -> Result<KnockId, RoomError> {
        let at = self.holder_at(&knock.nameplate).ok_or(RoomError::UnknownCode)?;
        let holder = &mut self.members[at];
        holder.code = None;
        let id = KnockId(moment.random_id());
        let mut body = knock.body.clone();
        body.remove("knock"); // Whatever the knocker called it.
        if let Some(address) = holder.address() {
            moment.tell(address, News::Knocked(KnockMessage { knock: id.clone(), body }));
        }
        self.knocks.push(Knock { id: id.clone(), knocker: me, holder: holder.id.clone() });
        Ok(id)
    }

    /// Whom a message of `me`'s about a knock goes to: the other of the two.
    pub(crate) fn route_knock(&self, me: Address, knock: &KnockId) -> Result<Address, RoomError> {
        let knock = self.knocks.iter().find(|other| other.id == *knock);
        let knock = knock.ok_or(RoomError::UnknownKnock)?;
        match self.holder_of(knock) {
            Some(holder) if knock.knocker == me => Ok(holder),
            Some(holder) if holder == me => Ok(knock.knocker),
            _ => Err(RoomError::UnknownKnock),
        }
    }

    /// Ends a knock that `me` has part in.
    pub(crate) fn end_knock(
        &mut self,
        me: Address,
        knock: &KnockId,
        moment: &mut Moment,
    ) -> Result<(), RoomError> {
        let other = self.route_knock(me, knock)?;
        self.knocks.retain(|other| other.id != *knock);
        moment.tell(other, News::KnockEnded(knock.clone()));
        Ok(())
    }

    /// Ends knocks from outside, because the knockers are gone.
    pub(super) fn end_knocks(&mut self, which: impl Fn(&Knock) -> bool, moment: &mut Moment) {
        for knock in self.knocks.extract_if(.., |knock| which(knock)).collect::<Vec<_>>() {
            if let Some(holder) = self.holder_of(&knock) {
                moment.tell(holder, News::KnockEnded(knock.id));
            }
        }
    }

    /// Takes the code of the member at that place out of use and ends all knocks at its codes: its
    /// socket is a member's no more.
    pub(super) fn shut(&mut self, at: usize, moment: &mut Moment) {
        let holder = &mut self.members[at];
        holder.code = None;
        for Knock { id, knocker, .. } in
            self.knocks.extract_if(.., |knock| knock.holder == holder.id)
        {
            moment.tell(knocker, News::KnockEnded(id));
        }
    }

    /// The place of whoever has that code open.
    fn holder_at(&self, nameplate: &Nameplate) -> Option<usize> {
        self.members.iter().position(|member| member.code.as_ref() == Some(nameplate))
    }

    fn holder_of(&self, knock: &Knock) -> Option<Address> {
        self.place_by_peer(&knock.holder).and_then(|at| self.members[at].address())
    }
}

/// The numbers that a new nameplate is drawn from while so many are taken: those of as few digits
/// as leave half of them free. None begins with a zero, which people leave out.
fn numbers_for(taken: usize) -> std::ops::Range<u64> {
    let mut least = 10_u64.pow(NAMEPLATE_DIGITS - 1);
    while taken as u64 * 2 >= least * 9 {
        least *= 10;
    }
    least..least * 10
}
