//! One connection's worth of receiving: hears the offer, says what is here already, and takes frames as far as it gave
//! credit. When the connection is lost another conversation goes on from what is written.

use std::collections::BTreeSet;

use bytes::Bytes;
use sharesync_protocol::transfer::{
    Control, LaneSignal, MAX_CONTROL_BYTES, MAX_FILES, OfferedFile,
};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::decision::Decision;
use super::directory::is_same;
use super::ending::{Ended, Outcome};
use super::failure::Failure;
use super::file_names::printable;
use super::line::{Heard, LOST_AFTER, Line};
use super::offer_pages::have_pages;
use super::receiver::{Accepted, Receiver};
use super::steering::Wish;
use super::store::{Begun, Found};
use super::taking::Taking;
use super::writing::{DiskEvent, blocking};
use crate::channels::Channels;
use crate::moment::at;

/// How much longer it takes until an offer has settled whose last message had no room for more.
const FULL_PAGE_FACTOR: u32 = 8;
/// Bytes that a file takes in an offer at most, every character of its names escaped.
const MAX_ENTRY_BYTES: usize = 10 * 1024;
/// Numbers that every implementation can hold are below this.
const COUNTABLE: u64 = 1 << 53;

/// Why a conversation stops.
enum Stop {
    /// The connection is gone.
    Lost,
    /// The other side said the last word.
    Heard(Outcome),
    /// We say it, if it is not said yet.
    Said(Option<Control>, Outcome),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Said(Some(failure.control()), failure.outcome())
    }
}

/// How far a first conversation has come before anything is accepted.
enum Phase {
    /// More may be offered; it is looked at once the time has come, if one is set.
    Hearing(Option<Instant>),
    /// It is looked whether an earlier process has begun with it; whether more was offered meanwhile.
    Looking { has_grown: bool },
    /// Somebody is being asked.
    Asking { _asking: AbortOnDropHandle<()> },
    /// The store makes ready, or is ready.
    Accepted,
}

/// What other tasks bring.
enum Event {
    Found(Result<Found, Failure>),
    Decided(Decision),
    Begun(Result<Begun, Failure>),
}

/// Receives over one connection.
pub(super) struct Receiving<'a> {
    receiver: &'a mut Receiver,
    channels: Channels,
    line: Line,
    wishes: watch::Receiver<Wish>,
    wish: Wish,
    is_ready: bool,
    /// When the connection is lost, the data channel having closed.
    lost_at: Option<Instant>,
    offered: Vec<OfferedFile>,
    offered_bytes: u64,
    phase: Phase,
    /// Once it was said what is wanted.
    taking: Option<Taking>,
    lanes: BTreeSet<u32>,
    tasks: mpsc::UnboundedSender<Event>,
    events: mpsc::UnboundedReceiver<Event>,
    disk: mpsc::UnboundedSender<DiskEvent>,
    disk_events: mpsc::UnboundedReceiver<DiskEvent>,
}

impl<'a> Receiving<'a> {
    /// Says hello.
    pub(super) fn begin(receiver: &'a mut Receiver, channels: &Channels) -> Self {
        let wishes = receiver.steering.subscribe();
        let (tasks, events) = mpsc::unbounded_channel();
        let (disk, disk_events) = mpsc::unbounded_channel();
        receiver.talk.begin();
        // Whatever was on its way in the conversation before will not come, however that ended.
        if let Some(accepted) = &mut receiver.accepted {
            accepted.content.release_all();
        }
        let has_accepted = receiver.accepted.is_some();
        Self {
            receiver,
            channels: channels.clone(),
            line: Line::open(channels),
            wishes,
            wish: Wish::default(),
            is_ready: false,
            lost_at: None,
            offered: Vec::new(),
            offered_bytes: 0,
            phase: if has_accepted { Phase::Accepted } else { Phase::Hearing(None) },
            taking: None,
            lanes: BTreeSet::new(),
            tasks,
            events,
            disk,
            disk_events,
        }
    }

    /// Until the transfer is over or the connection is lost.
    pub(super) async fn run(mut self) -> Ended {
        let stop = loop {
            if let Err(stop) = self.step().await {
                break stop;
            }
        };
        let Self {
            receiver, line, mut events, mut disk_events, phase, taking, tasks, disk, ..
        } = self;
        // All that came whole is written, and what was begun is known, before anybody else goes on with it.
        drop((phase, taking, tasks, disk));
        let settle = async {
            while let Some(event) = disk_events.recv().await {
                settle_disk(receiver, event);
            }
            while let Some(event) = events.recv().await {
                match event {
                    Event::Begun(Ok(begun)) | Event::Found(Ok(Found::Begun(begun))) => {
                        receiver.accept(begun);
                    }
                    // It is asked again, and begun again.
                    Event::Begun(Err(_)) => receiver.close_store(false).await,
                    Event::Found(_) | Event::Decided(_) => {}
                }
            }
            if let Some(accepted) = &receiver.accepted {
                receiver.reporter.written(accepted.content.written());
            }
        };
        let (leave, ended) = match stop {
            Stop::Lost => (Leaving::Lost, Ended::Lost),
            Stop::Heard(outcome) => (Leaving::Heard, Ended::Over(outcome)),
            Stop::Said(last, outcome) => (Leaving::Said(last), Ended::Over(outcome)),
        };
        tokio::join!(settle, leave.from(line));
        ended
    }

    /// Takes the next thing that happens.
    async fn step(&mut self) -> Result<(), Stop> {
        let wish = *self.wishes.borrow_and_update();
        self.on_wish(wish)?;
        let settles_at = match self.phase {
            Phase::Hearing(at) => at,
            _ => None,
        };
        tokio::select! {
            heard = self.line.hear() => match heard? {
                Heard::Ready => self.on_ready(),
                Heard::Message(message) => self.on_message(message)?,
                Heard::Closed => return Err(Stop::Lost),
            },
            frame = self.channels.data.receive(), if self.lost_at.is_none() => match frame {
                Some(frame) => self.on_frame(&frame)?,
                // Why, is said on the other one, if it is said at all.
                None => self.lost_at = Some(Instant::now() + LOST_AFTER),
            },
            Some(event) = self.disk_events.recv() => self.on_disk(event)?,
            Some(event) = self.events.recv() => self.on_event(event)?,
            _ = self.wishes.changed() => {}
            () = self.receiver.talk.changed(), if self.is_ready => self.say_texts(),
            () = at(settles_at), if settles_at.is_some() => self.look(),
            () = at(self.lost_at), if self.lost_at.is_some() => return Err(Stop::Lost),
        }
        Ok(())
    }

    fn on_wish(&mut self, wish: Wish) -> Result<(), Stop> {
        if wish.cancelled {
            return Err(Stop::Said(Some(Control::Cancel), Outcome::Cancelled { by_us: true }));
        }
        if wish.paused != self.wish.paused {
            self.wish = wish;
            self.receiver.reporter.paused_here(wish.paused);
            if self.is_ready {
                self.line.say(if wish.paused { Control::Pause } else { Control::Resume });
            }
        }
        Ok(())
    }

    fn on_ready(&mut self) {
        self.is_ready = true;
        self.receiver.reporter.connected(self.channels.path);
        self.say_texts();
        if self.wish.paused {
            self.line.say(Control::Pause);
        }
    }

    fn say_texts(&mut self) {
        for text in self.receiver.talk.due() {
            self.line.say(text);
        }
    }

    fn on_message(&mut self, message: Control) -> Result<(), Stop> {
        match message {
            Control::Offer { files } => self.on_offer(files)?,
            Control::End { file, digest } => self.on_end(file, digest)?,
            Control::Lane { lane, signal } => self.on_lane(lane, &signal)?,
            Control::Text { id, text } => self.line.say(self.receiver.talk.on_text(id, text)?),
            Control::Heard { id } => self.receiver.talk.on_heard(id)?,
            Control::Pause => self.receiver.reporter.paused_there(true),
            Control::Resume => self.receiver.reporter.paused_there(false),
            Control::Cancel => return Err(Stop::Heard(Outcome::Cancelled { by_us: false })),
            Control::Failed { code, message } => {
                let message = printable(&message);
                return Err(Stop::Heard(Outcome::Failed { code, message, by_us: false }));
            }
            Control::Hello { .. }
            | Control::Have { .. }
            | Control::Accept { .. }
            | Control::Decline
            | Control::Credit { .. }
            | Control::Verified { .. } => Err(Failure::malformed("a message not at this point"))?,
        }
        Ok(())
    }

    /// No lane is made here: one that never opens does no harm.
    fn on_lane(&mut self, lane: u32, signal: &LaneSignal) -> Result<(), Failure> {
        match signal {
            LaneSignal::Offer { .. } => {
                self.lanes.insert(lane);
                Ok(())
            }
            // It may come late, for a lane that is gone.
            LaneSignal::IceCandidate { .. } => Ok(()),
            LaneSignal::Answer { .. } => Err(Failure::malformed("an answer to no lane of ours")),
        }
    }

    fn on_offer(&mut self, files: Vec<OfferedFile>) -> Result<(), Failure> {
        // One that crossed our answer on the way: it came too late, and that is nobody's fault.
        if self.taking.is_some() {
            return Ok(());
        }
        let page = serde_json::to_vec(&files).map_or(0, |text| text.len());
        let bytes =
            files.iter().fold(self.offered_bytes, |sum, file| sum.saturating_add(file.size));
        if self.offered.len() + files.len() > MAX_FILES || bytes >= COUNTABLE {
            return Err(Failure::malformed("more than can be offered"));
        }
        self.offered.extend(files);
        self.offered_bytes = bytes;
        if self.receiver.accepted.is_some() {
            return self.answer();
        }
        match &mut self.phase {
            Phase::Hearing(_) | Phase::Asking { .. } => self.hear_more(page),
            Phase::Looking { has_grown } => *has_grown = true,
            // What was accepted is what was there then.
            Phase::Accepted => return Ok(()),
        }
        self.receiver.reporter.offered(self.offered.len(), self.offered_bytes);
        Ok(())
    }

    /// Waits for what else is offered. A page that has room for one more file is the last, unless its person adds
    /// some.
    fn hear_more(&mut self, page: usize) {
        let is_full = page + MAX_ENTRY_BYTES > MAX_CONTROL_BYTES;
        let factor = if is_full { FULL_PAGE_FACTOR } else { 1 };
        let at = Instant::now() + self.receiver.settled_after * factor;
        self.phase = Phase::Hearing(Some(at));
    }

    /// Looks for what an earlier process has begun.
    fn look(&mut self) {
        self.phase = Phase::Looking { has_grown: false };
        let (store, offered) = (self.receiver.store.clone(), self.offered.clone());
        let tasks = self.tasks.clone();
        tokio::spawn(async move {
            let _ = tasks.send(Event::Found(blocking(move || store.find(&offered)).await));
        });
    }

    fn ask(&mut self) {
        let (decide, offered) = (self.receiver.decide.clone(), self.offered.clone());
        let tasks = self.tasks.clone();
        let asking = tokio::spawn(async move {
            let _ = tasks.send(Event::Decided(decide.decide(&offered).await));
        });
        self.phase = Phase::Asking { _asking: AbortOnDropHandle::new(asking) };
    }

    fn on_event(&mut self, event: Event) -> Result<(), Stop> {
        match event {
            Event::Found(found) => self.on_found(found?)?,
            // One that was given before more was offered is none.
            Event::Decided(decision) if matches!(self.phase, Phase::Asking { .. }) => {
                return self.on_decided(decision);
            }
            Event::Decided(_) => {}
            Event::Begun(begun) => self.on_begun(begun?)?,
        }
        Ok(())
    }

    fn on_found(&mut self, found: Found) -> Result<(), Failure> {
        let Phase::Looking { has_grown } = self.phase else { return Ok(()) };
        match found {
            Found::Begun(begun) => return self.on_begun(begun),
            Found::Nothing | Found::Partly if has_grown => self.hear_more(0),
            Found::Nothing => self.ask(),
            Found::Partly => self.phase = Phase::Hearing(None),
        }
        Ok(())
    }

    fn on_decided(&mut self, decision: Decision) -> Result<(), Stop> {
        let count = self.offered.len();
        let mut accepted = match decision {
            Decision::AcceptAll => (0..count).filter_map(|at| u32::try_from(at).ok()).collect(),
            Decision::Accept(files) => files,
            Decision::Decline => Vec::new(),
        };
        accepted.retain(|file| (*file as usize) < count);
        accepted.sort_unstable();
        accepted.dedup();
        if accepted.is_empty() {
            return Err(Stop::Said(Some(Control::Decline), Outcome::Declined));
        }
        self.phase = Phase::Accepted;
        let (store, offered) = (self.receiver.store.clone(), self.offered.clone());
        let tasks = self.tasks.clone();
        tokio::spawn(async move {
            let begun = blocking(move || {
                store.begin(&offered, &accepted)?;
                Ok(Begun { offered, accepted, blocks: Vec::new(), finished: Vec::new() })
            });
            let _ = tasks.send(Event::Begun(begun.await));
        });
        Ok(())
    }

    fn on_begun(&mut self, begun: Begun) -> Result<(), Failure> {
        self.phase = Phase::Accepted;
        self.receiver.accept(begun);
        self.answer()
    }

    /// Asks for what is missing, once all that was accepted is on offer.
    fn answer(&mut self) -> Result<(), Failure> {
        let Some(accepted) = &mut self.receiver.accepted else { return Ok(()) };
        let offered = self.offered.iter().zip(&accepted.offered);
        if !offered.clone().all(|(one, other)| is_same(one, other)) {
            return Err(Failure::malformed("another offer than was accepted"));
        }
        if offered.len() < accepted.offered.len() {
            return Ok(());
        }
        for &file in &accepted.files {
            for page in have_pages(file, &accepted.content.ranges(file)) {
                self.line.say(page);
            }
        }
        self.line.say(Control::Accept { files: accepted.files.clone() });
        let written = accepted.content.written();
        let mut taking = Taking::begin(&self.receiver.store, written, &self.disk);
        self.receiver.reporter.moving(written);
        if let Some(credit) = taking.credit(written, true) {
            self.line.say(credit);
        }
        self.taking = Some(taking);
        Ok(())
    }

    /// What takes content, and what of it was accepted.
    fn taking(&mut self) -> Option<(&mut Taking, &mut Accepted)> {
        self.taking.as_mut().zip(self.receiver.accepted.as_mut())
    }

    fn on_frame(&mut self, message: &Bytes) -> Result<(), Failure> {
        let Some((taking, accepted)) = self.taking() else {
            return Err(Failure::malformed("a frame before anything was accepted"));
        };
        taking.on_frame(message, &mut accepted.content)
    }

    fn on_end(&mut self, file: u32, digest: String) -> Result<(), Failure> {
        let Some((taking, accepted)) = self.taking() else {
            return Err(Failure::malformed("end before anything was accepted"));
        };
        taking.on_end(file, digest, accepted)
    }

    fn on_disk(&mut self, event: DiskEvent) -> Result<(), Stop> {
        match event {
            DiskEvent::Failed(failure) => Err(failure.into()),
            DiskEvent::Finished(files) => {
                settle_disk(self.receiver, DiskEvent::Finished(files.clone()));
                self.on_finished(&files)
            }
            DiskEvent::Written(blocks) => {
                let files: BTreeSet<u32> = blocks.iter().map(|block| block.file).collect();
                settle_disk(self.receiver, DiskEvent::Written(blocks));
                Ok(self.on_written(&files)?)
            }
        }
    }

    /// More of these files is written.
    fn on_written(&mut self, files: &BTreeSet<u32>) -> Result<(), Failure> {
        let (Some(taking), Some(accepted)) = (&mut self.taking, &self.receiver.accepted) else {
            return Ok(());
        };
        let written = accepted.content.written();
        self.receiver.reporter.written(written);
        // Without the credit for its last byte the sender takes no file for verified.
        let is_complete = files.iter().any(|file| accepted.content.digest(*file).is_some());
        if let Some(credit) = taking.credit(written, is_complete) {
            self.line.say(credit);
        }
        taking.check(accepted)
    }

    /// These files are where they belong.
    fn on_finished(&mut self, files: &[u32]) -> Result<(), Stop> {
        let (Some(taking), Some(accepted)) = (&mut self.taking, &self.receiver.accepted) else {
            return Ok(());
        };
        for &file in files {
            let digest = accepted.content.digest(file).unwrap_or_default().to_owned();
            self.line.say(Control::Verified { file, digest });
        }
        let proven = taking.on_finished(files.len());
        self.receiver.reporter.verified(proven);
        if proven == accepted.files.len() {
            return Err(Stop::Said(None, Outcome::Verified));
        }
        Ok(())
    }
}

/// Notes what the disk has done.
fn settle_disk(receiver: &mut Receiver, event: DiskEvent) {
    let Some(Accepted { content, finished, .. }) = &mut receiver.accepted else { return };
    match event {
        DiskEvent::Written(blocks) => blocks.iter().for_each(|block| content.add(block)),
        DiskEvent::Finished(files) => finished.extend(files),
        DiskEvent::Failed(_) => {}
    }
}

/// How the connection is left.
enum Leaving {
    Lost,
    Heard,
    Said(Option<Control>),
}

impl Leaving {
    async fn from(self, line: Line) {
        match self {
            Self::Lost => line.give_up().await,
            Self::Heard => line.hang_up().await,
            Self::Said(last) => line.take_leave(last).await,
        }
    }
}
