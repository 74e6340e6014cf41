//! Codes and knocks, carried out.

use std::sync::Arc;

use sharesync_protocol::code::{
    CodeOpened, Knock, KnockId, KnockMessage, Knocking, Nameplate, PAKE,
};
use sharesync_protocol::signaling::{Done, RoomId};

use super::{Hub, settled};
use crate::address::Address;
use crate::post::Asker;
use crate::request::RequestError;
use crate::rooms::RoomError;
use crate::session::Session;
use crate::visit::Visit;

impl Hub {
    pub(super) async fn open_code(&self, visit: &Visit, asker: Asker) {
        let me = asker.session.address;
        let opening = self.in_room(visit, asker, |room, moment| {
            Ok(CodeOpened { nameplate: room.open_code(me, moment)? })
        });
        let _ = opening.await;
    }

    /// Closing what is closed is no mistake, nor is it where there is no room.
    pub(super) async fn close_code(&self, visit: &Visit, asker: Asker) {
        let me = asker.session.address;
        let Some(room) = &visit.room else { return self.post.answer(asker, Ok(Done {})) };
        let closing = self.registry.change(room, Some(asker), |room, _| {
            if let Some(room) = room {
                room.close_code(me);
            }
            Ok(Done {})
        });
        let _ = closing.await;
    }

    pub(super) async fn knock(&self, visit: &mut Visit, knock: &Knock, asker: Asker) {
        let session = Arc::clone(&asker.session);
        if self.knocks_allowed.check(&session.network.key()).await.is_err() {
            return self.post.refuse(asker, RequestError::RateLimited);
        }
        let id = match self.room_to_knock_at(visit, &session, &knock.nameplate).await {
            Ok(id) => id,
            Err(error) => return self.post.refuse(asker, error),
        };
        let mut begun = None;
        let knocking = self.registry.change(&id, Some(asker), |room, moment| {
            let room = room.as_mut().ok_or(RoomError::UnknownCode)?;
            let knock = room.knock(session.address, knock, moment)?;
            begun = Some(knock.clone());
            Ok(Knocking { knock })
        });
        if let Ok(()) | Err(RequestError::Unheard) = knocking.await {
            visit.knock = begun.map(|knock| (id, knock));
        }
    }

    /// Where a code is open, for somebody who is in no room. A socket's own knock elsewhere ends by
    /// the next one, so that there are never more knocks than sockets; a wrong guess ends nothing.
    async fn room_to_knock_at(
        &self,
        visit: &mut Visit,
        session: &Session,
        nameplate: &Nameplate,
    ) -> Result<RoomId, RequestError> {
        self.check_is_outside(visit, session).await?;
        let id = self.registry.room_of(nameplate).await?.ok_or(RoomError::UnknownCode)?;
        self.end_own_knock(session.address, visit).await?;
        Ok(id)
    }

    pub(super) async fn pake(&self, visit: &Visit, message: &KnockMessage, asker: Asker) {
        let outcome = match self.other_side(visit, asker.session.address, &message.knock).await {
            Ok(other) => match self.registry.deliver(other, PAKE, message).await {
                // Its socket is gone, and the knock is about to be.
                Err(RequestError::Room(_)) => Err(RoomError::UnknownKnock.into()),
                outcome => outcome,
            },
            Err(error) => return self.refuse_in_turn(visit, asker, error).await,
        };
        self.post.answer(asker, outcome.map(|()| Done {}));
    }

    async fn other_side(
        &self,
        visit: &Visit,
        me: Address,
        knock: &KnockId,
    ) -> Result<Address, RequestError> {
        if let Some(other) = self.route_nearby(visit, me, knock).await? {
            return Ok(other);
        }
        let room = visit.place_of(knock).ok_or(RoomError::UnknownKnock)?;
        let other = self.registry.look(room, |room| room.route_knock(me, knock)).await?;
        Ok(other.unwrap_or(Err(RoomError::UnknownKnock))?)
    }

    pub(super) async fn end_knock(&self, visit: &Visit, ending: &Knocking, asker: Asker) {
        let me = asker.session.address;
        match (visit.neighbourhood, self.route_nearby(visit, me, &ending.knock).await) {
            (Some(network), Ok(Some(_))) => {
                return self.end_knock_nearby(&network, ending, asker).await;
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => return self.post.refuse(asker, error),
        }
        let Some(room) = visit.place_of(&ending.knock) else {
            return self.post.refuse(asker, RoomError::UnknownKnock.into());
        };
        let ending = self.registry.change(room, Some(asker), |room, moment| {
            let room = room.as_mut().ok_or(RoomError::UnknownKnock)?;
            room.end_knock(me, &ending.knock, moment)?;
            Ok(Done {})
        });
        let _ = ending.await;
    }

    /// Ends the knock that a socket began, if there still is one.
    pub(super) async fn end_own_knock(
        &self,
        me: Address,
        visit: &mut Visit,
    ) -> Result<(), RequestError> {
        let Some((room, knock)) = &visit.knock else { return Ok(()) };
        let ending = self.registry.change(room, None, |room, moment| {
            Ok(room.as_mut().ok_or(RoomError::UnknownKnock)?.end_knock(me, knock, moment)?)
        });
        settled(ending.await)?;
        visit.knock = None;
        Ok(())
    }
}
