//! The order in which the events of one socket are carried out, its end being the last: one after
//! the other, as they came. Kept by `namespace`, one for each socket.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt;
use socketioxide::extract::AckSender;
use socketioxide::socket::DisconnectReason;
use tokio::sync::mpsc;

use crate::hub::Hub;
use crate::post::Asker;
use crate::registry::Registry;
use crate::request::{Request, RequestError};
use crate::session::Session;
use crate::visit::Visit;

/// Events of one socket that may wait while one is carried out; as many as it may send at once.
const MOST_WAITING: usize = 256;
/// How long to wait before the rooms are told again that a socket is no more.
const GONE_RETRY: Duration = Duration::from_millis(500);

/// What one socket does, in turn.
pub(crate) struct Turns {
    hub: Arc<Hub>,
    session: Arc<Session>,
    /// Events that came before the socket could be told anything; none once it can.
    early: Mutex<Option<Vec<(Request, AckSender)>>>,
    order: Order,
}

enum Order {
    /// At once, by whoever has read the event: where rooms are in memory there is nothing to wait
    /// for. There is no visit any more once the socket has ended: its last events may still be at
    /// work on another thread, and must not bring it back.
    AtOnce(Mutex<Option<Visit>>),
    /// By a task of the socket's own, where every event takes a conversation with Redis.
    Queued(mpsc::Sender<Turn>),
}

enum Turn {
    Event(Request, AckSender),
    Gone(DisconnectReason),
}

impl Turns {
    /// The turns of a socket that has done nothing yet.
    pub(crate) fn begin(hub: Arc<Hub>, session: Arc<Session>) -> Self {
        let order = match hub.registry {
            Registry::Memory(_) => Order::AtOnce(Mutex::new(Some(Visit::default()))),
            Registry::Cluster(_) => {
                let (turns, queue) = mpsc::channel(MOST_WAITING);
                tokio::spawn(take_turns(Arc::clone(&hub), Arc::clone(&session), queue));
                Order::Queued(turns)
            }
        };
        Self { hub, session, early: Mutex::new(Some(Vec::new())), order }
    }

    /// Carries an event out when its turn has come, which is not before the socket is open.
    pub(crate) fn take(&self, request: Request, ack: AckSender) {
        if let Some(early) = lock(&self.early).as_mut() {
            return early.push((request, ack));
        }
        self.take_now(request, ack);
    }

    /// From now on the socket can be told something. It is for this that what it asked for before had to
    /// wait: it would be in a room and miss what happens there.
    pub(crate) fn open(&self) {
        // Held until all have had their turn, so that none that comes now overtakes them.
        let mut early = lock(&self.early);
        for (request, ack) in early.take().into_iter().flatten() {
            self.take_now(request, ack);
        }
    }

    fn take_now(&self, request: Request, ack: AckSender) {
        match &self.order {
            Order::AtOnce(visit) => {
                let mut visit = lock(visit);
                if let Some(visit) = visit.as_mut() {
                    let done = self.hub.carry_out(visit, request, self.asker(ack)).now_or_never();
                    done.expect("nothing is waited for");
                }
            }
            Order::Queued(turns) => {
                if let Err(turn) = turns.try_send(Turn::Event(request, ack))
                    && let Turn::Event(_, ack) = turn.into_inner()
                {
                    self.refuse(ack, RequestError::Unavailable);
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
        lock(&self.early).take();
        match &self.order {
            Order::AtOnce(visit) => {
                let visit = lock(visit).take();
                if let Some(mut visit) = visit {
                    let gone = self.hub.gone(self.session.address, &mut visit, reason);
                    // Rooms in memory can always be reached.
                    let _ = gone.await;
                }
            }
            Order::Queued(turns) => {
                // It fails where the task has ended, which it does with the service alone.
                let _ = turns.send(Turn::Gone(reason)).await;
            }
        }
    }

    fn asker(&self, ack: AckSender) -> Asker {
        Asker { session: Arc::clone(&self.session), ack }
    }
}

/// Whatever an event panicked in is one socket's own, and sound at every step.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn take_turns(hub: Arc<Hub>, session: Arc<Session>, mut queue: mpsc::Receiver<Turn>) {
    let mut visit = Visit::default();
    while let Some(turn) = queue.recv().await {
        match turn {
            Turn::Event(request, ack) => {
                let asker = Asker { session: Arc::clone(&session), ack };
                // In a box, so that the task of a socket that does nothing is small.
                Box::pin(hub.carry_out(&mut visit, request, asker)).await;
            }
            Turn::Gone(reason) => {
                while hub.gone(session.address, &mut visit, reason).await.is_err() {
                    tokio::time::sleep(GONE_RETRY).await;
                }
                return;
            }
        }
    }
}
