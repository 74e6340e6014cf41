//! Codes and knocks, carried out: the hub's part between `knocks` and the sockets.

use sharesync_protocol::signaling::{
    CodeOpened, Done, KNOCK, KNOCK_ENDED, Knock, KnockMessage, Knocking, PAKE,
};
use socketioxide::extract::AckSender;
use socketioxide::socket::Sid;

use super::{Hub, State};
use crate::knocks::{Ended, KnockError, Knocked};
use crate::request::RequestError;
use crate::rooms::RoomError;
use crate::session::Session;

impl Hub {
    /// The holder learns its code while the state is held: so it hears of no knock at it before.
    pub(super) fn open_code(&self, session: &Session, ack: AckSender) {
        let State { rooms, knocks, rng } = &mut *self.state();
        if rooms.is_in_one(session.id) {
            let nameplate = knocks.open(session.id, rng);
            self.post.answer(session, ack, Ok(CodeOpened { nameplate }));
        } else {
            self.post.refuse(session, ack, RoomError::NotInRoom.into());
        }
    }

    pub(super) fn close_code(&self, session: &Session) -> Done {
        self.state().knocks.close(session.id);
        Done {}
    }

    /// The holder hears of the knock, and the knocker its id, while the state is held: so nothing
    /// that follows comes before them.
    pub(super) fn knock(&self, session: &Session, knock: Knock, ack: AckSender) {
        if self.knocks_allowed.check(&session.network).is_err() {
            return self.post.refuse(session, ack, RequestError::RateLimited);
        }
        let mut state = self.state();
        let outcome = self.knock_at(&mut state, session, knock);
        self.post.answer(session, ack, outcome);
    }

    fn knock_at(
        &self,
        state: &mut State,
        session: &Session,
        Knock { nameplate, mut body }: Knock,
    ) -> Result<Knocking, RequestError> {
        if session.is_gone() {
            return Err(KnockError::UnknownCode.into());
        }
        if state.rooms.is_in_one(session.id) {
            return Err(RoomError::AlreadyInRoom.into());
        }
        let Knocked { knock, holder, before } =
            state.knocks.knock(session.id, &nameplate, &mut state.rng)?;
        self.tell_of_ends(before);
        body.remove("knock");
        self.post.notify(&[holder], KNOCK, &KnockMessage { knock: knock.clone(), body });
        Ok(Knocking { knock })
    }

    pub(super) fn pake(
        &self,
        session: &Session,
        message: &KnockMessage,
    ) -> Result<Done, RequestError> {
        let to = self.state().knocks.route(session.id, &message.knock)?;
        match self.post.emit(to, PAKE, message) {
            // Its socket is gone, and the knock is about to be.
            Err(RequestError::Room(_)) => Err(KnockError::UnknownKnock.into()),
            outcome => outcome.map(|()| Done {}),
        }
    }

    pub(super) fn end_knock(
        &self,
        session: &Session,
        ending: &Knocking,
    ) -> Result<Done, RequestError> {
        let ended = self.state().knocks.end(session.id, &ending.knock)?;
        self.tell_of_ends([ended]);
        Ok(Done {})
    }

    /// Tells those who are left in knocks that have ended.
    pub(super) fn tell_of_ends(&self, ended: impl IntoIterator<Item = Ended<Sid>>) {
        for Ended { knock, tell } in ended {
            self.post.notify(&[tell], KNOCK_ENDED, &Knocking { knock });
        }
    }
}
