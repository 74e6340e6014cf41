//! The order in which the events of one socket are carried out, its end being the last: one after
//! the other, as they came. Kept by `namespace`, one for each socket.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt;
use socketioxide::extract::AckSender;
use socketioxide::socket::DisconnectReason;

use crate::hub::Hub;
use crate::post::Asker;
use crate::registry::Registry;
use crate::request::{Request, RequestError};
use crate::session::Session;
use crate::visit::Visit;

/// What one socket does, in turn.
pub(crate) struct Turns {
    hub: Arc<Hub>,
    session: Arc<Session>,
    order: Order,
}

enum Order {
    /// At once, by whoever has read the event: where rooms are in memory there is nothing to wait
    /// for. There is no visit any more once the socket has ended: its last events may still be at
    /// work on another thread, and must not bring it back.
    AtOnce(Mutex<Option<Visit>>),
}

impl Turns {
    /// The turns of a socket that has done nothing yet.
    pub(crate) fn begin(hub: Arc<Hub>, session: Arc<Session>) -> Self {
        let order = match hub.rooms {
            Registry::Memory(_) => Order::AtOnce(Mutex::new(Some(Visit::default()))),
        };
        Self { hub, session, order }
    }

    /// Carries an event out when its turn has come.
    pub(crate) fn take(&self, request: Request, ack: AckSender) {
        match &self.order {
            Order::AtOnce(visit) => {
                let mut visit = visit.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(visit) = visit.as_mut() {
                    let done = self.hub.carry_out(visit, request, self.asker(ack)).now_or_never();
                    done.expect("nothing is waited for");
                }
            }
        }
    }

    /// Refuses an event that is not worth a turn.
    pub(crate) fn refuse(&self, ack: AckSender, error: RequestError) {
        self.hub.post.refuse(self.asker(ack), error);
    }

    /// The socket is no more; there will be no event after those that came.
    pub(crate) async fn end(&self, reason: DisconnectReason) {
        match &self.order {
            Order::AtOnce(visit) => {
                let visit = visit.lock().unwrap_or_else(PoisonError::into_inner).take();
                if let Some(mut visit) = visit {
                    let gone = self.hub.gone(self.session.address, &mut visit, reason);
                    // Rooms in memory can always be reached.
                    let _ = gone.await;
                }
            }
        }
    }

    fn asker(&self, ack: AckSender) -> Asker {
        Asker { session: Arc::clone(&self.session), ack }
    }
}
