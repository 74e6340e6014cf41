//! Changes of rooms and neighbourhoods: read, drafted, written, and drafted again when somebody else was faster.

use std::time::Duration;

use redis::pipe;
use serde::Serialize;
use sharesync_protocol::signaling::RoomId;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Node;
use super::commit::{Commit, Committed};
use super::keys::{ABSENCES, CODES};
use super::letter::{self, Letter, Letters};
use super::link::Failure;
use super::record::{InRedis, gathering_of, record_of};
use crate::address::{Address, NodeId};
use crate::draft::{Draft, Moment};
use crate::post::Asker;
use crate::request::RequestError;
use crate::rooms::RoomError;

/// How often somebody else may be faster. Of those who change one gathering at one time one succeeds,
/// so that this is reached by what is nobody's traffic any more.
const MOST_ATTEMPTS: u32 = 200;
/// How long an acknowledgement may take to come back to the node that laid it ready.
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);

/// A gathering as it was read.
pub(super) struct Read<G> {
    /// The gathering; none if there is no such.
    pub(super) gathering: Option<G>,
    /// Its record; empty if there is none.
    record: String,
    /// Codes that are open in all rooms together.
    codes_open: usize,
}

/// An acknowledgement that lies ready.
struct Laid {
    number: u64,
    given: oneshot::Receiver<()>,
    to: Address,
}

impl Node {
    pub(super) async fn change<K: InRedis, T: Serialize>(
        &self,
        key: &K,
        mut asker: Option<Asker>,
        mut change: impl FnMut(&mut Option<K::Gathering>, &mut Moment) -> Result<T, RequestError> + Send,
    ) -> Result<(), RequestError> {
        for _ in 0..MOST_ATTEMPTS {
            let Ok(read) = self.read(key).await else { break };
            let moment = self.moment(read.codes_open);
            let draft = Draft::of(read.gathering.as_ref(), moment, &mut change);
            let outcome = draft.outcome.as_ref().map(|_| ()).map_err(|error| *error);
            if asker.is_none() && draft.after == read.gathering {
                return outcome;
            }
            let mut letters = letter::by_node(draft.notices);
            let laid = asker.take().map(|asker| self.lay(asker, draft.outcome, &mut letters));
            let from = laid.as_ref().map(|laid| laid.to.node);
            match self.commit(key, &read, draft.after.as_ref(), from, &letters).await {
                Ok(Committed::Made) => return self.answered(laid, outcome).await,
                Ok(Committed::Outdated | Committed::CodeTaken) => asker = self.take_back(laid),
                Ok(Committed::TooManyRooms) => {
                    let asker = self.take_back(laid);
                    return self.refuse(asker, RoomError::TooManyRooms.into());
                }
                Err(Failure::NotDone) => {
                    asker = self.take_back(laid);
                    break;
                }
                Ok(Committed::GivenUp) | Err(Failure::Unknown) => return self.give_up_on(laid),
            }
        }
        self.refuse(asker, RequestError::Unavailable)
    }

    async fn commit<K: InRedis>(
        &self,
        key: &K,
        read: &Read<K::Gathering>,
        after: Option<&K::Gathering>,
        from: Option<NodeId>,
        letters: &Letters,
    ) -> Result<Committed, Failure> {
        let commit = Commit {
            records: K::RECORDS,
            field: &key.field(),
            asker: from,
            before: &read.record,
            after: &after.map(record_of).unwrap_or_default(),
            index: &K::reindexing(read.gathering.as_ref(), after),
            most: K::most(self.limits),
            letters,
        };
        commit.make(&self.link).await
    }

    /// Reads a gathering.
    pub(super) async fn read<K: InRedis>(&self, key: &K) -> Result<Read<K::Gathering>, Failure> {
        let mut commands = pipe();
        commands.hget(K::RECORDS, key.field()).hlen(CODES);
        let (record, codes_open): (Option<String>, usize) = self.link.ask_all(&commands).await?;
        let record = record.unwrap_or_default();
        Ok(Read { gathering: gathering_of(&record)?, record, codes_open })
    }

    /// Ends the absences that are over by now.
    pub(super) async fn sweep(&self) {
        let mut command = redis::cmd("ZRANGEBYSCORE");
        command.arg(ABSENCES).arg("-inf").arg(self.clock.now_ms());
        let due: Vec<String> = self.link.ask(&command).await.unwrap_or_default();
        for id in due {
            // Whoever comes second finds nothing to end.
            let _ = self.change(&RoomId(id), None, |_, _| Ok(())).await;
        }
    }

    /// Lays an acknowledgement ready, to be given after the news: once who entered knows, all others
    /// do.
    fn lay<T: Serialize>(
        &self,
        asker: Asker,
        outcome: Result<T, RequestError>,
        letters: &mut Letters,
    ) -> Laid {
        let to = asker.session.address;
        let outcome = outcome
            .and_then(|answer| serde_json::to_value(answer).map_err(|_| RequestError::Malformed));
        let (number, given) = self.desk.lay(asker, outcome);
        letters.entry(to.node).or_default().push(Letter::Answer(number));
        Laid { number, given, to }
    }

    /// Takes an acknowledgement back that is not to be given.
    fn take_back(&self, laid: Option<Laid>) -> Option<Asker> {
        laid.and_then(|laid| self.desk.take(laid.number)).map(|answer| answer.asker)
    }

    /// Waits for an acknowledgement to be given, so that the asker's next event comes after it.
    async fn answered(
        &self,
        laid: Option<Laid>,
        outcome: Result<(), RequestError>,
    ) -> Result<(), RequestError> {
        let Some(mut laid) = laid else { return outcome };
        match timeout(ANSWER_PATIENCE, &mut laid.given).await {
            Ok(Ok(())) => outcome,
            _ => self.give_up_on(Some(laid)),
        }
    }

    /// Lets an asker go that cannot be told what came of its event: it comes back, and then knows.
    fn give_up_on(&self, laid: Option<Laid>) -> Result<(), RequestError> {
        if let Some(laid) = laid {
            let _ = self.desk.take(laid.number);
            self.post.let_go(laid.to.socket);
        }
        Err(RequestError::Unheard)
    }

    fn refuse(&self, asker: Option<Asker>, error: RequestError) -> Result<(), RequestError> {
        if let Some(asker) = asker {
            self.post.refuse(asker, error);
        }
        Err(error)
    }
}
