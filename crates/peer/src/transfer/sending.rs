//! One connection's worth of sending: offers, learns what the other side has, sends the rest, never past the credit it
//! was given. When the connection is lost another conversation goes on from what this one brought over.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sharesync_protocol::transfer::{Control, FailureCode, WINDOW_BYTES};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::block_map::BlockMap;
use super::ending::{Ended, Outcome};
use super::failure::Failure;
use super::file_names::printable;
use super::frame_writer::{FrameWriter, Leave, WriterEvent};
use super::line::{Heard, LOST_AFTER, Line};
use super::offer_pages::offer_pages;
use super::reading::{QueuedFile, read_ahead};
use super::sender::Sender;
use super::steering::Wish;
use crate::channels::Channels;
use crate::moment::at;

/// Why a conversation stops.
enum Stop {
    /// The connection is gone.
    Lost,
    /// The other side said the last word.
    Heard(Outcome),
    /// We say it.
    Said(Control, Outcome),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Said(failure.control(), failure.outcome())
    }
}

/// What the receiver has said it wants.
struct Accepted {
    /// Numbers of the files, ascending, and the content bytes of all up to each.
    files: Vec<(u32, u64)>,
    _writer: AbortOnDropHandle<()>,
}

/// Sends over one connection.
pub(super) struct Sending<'a> {
    sender: &'a mut Sender,
    channels: Channels,
    line: Line,
    wishes: watch::Receiver<Wish>,
    wish: Wish,
    is_ready: bool,
    /// When the connection is lost, the data channel having closed.
    lost_at: Option<Instant>,
    paused_there: bool,
    /// What the other side says it has, by file.
    has: HashMap<u32, BlockMap>,
    accepted: Option<Accepted>,
    leave: watch::Sender<Leave>,
    writer: mpsc::UnboundedSender<WriterEvent>,
    events: mpsc::UnboundedReceiver<WriterEvent>,
    /// Content bytes over there or on their way; known to be written; and allowed.
    sent: Arc<AtomicU64>,
    written: u64,
    limit: u64,
    /// Digests of the files whose `end` has been sent, in order, and how many of them are verified.
    digests: Vec<String>,
    verified: usize,
}

impl<'a> Sending<'a> {
    /// Says hello.
    pub(super) fn begin(sender: &'a mut Sender, channels: &Channels) -> Self {
        let wishes = sender.steering.subscribe();
        let (writer, events) = mpsc::unbounded_channel();
        sender.talk.begin();
        Self {
            sender,
            channels: channels.clone(),
            line: Line::open(channels),
            wishes,
            wish: Wish::default(),
            is_ready: false,
            lost_at: None,
            paused_there: false,
            has: HashMap::new(),
            accepted: None,
            leave: watch::Sender::default(),
            writer,
            events,
            sent: Arc::default(),
            written: 0,
            limit: 0,
            digests: Vec::new(),
            verified: 0,
        }
    }

    /// Until the transfer is over or the connection is lost.
    pub(super) async fn run(mut self) -> Ended {
        let stop = loop {
            if let Err(stop) = self.step().await {
                break stop;
            }
        };
        let Self { line, accepted, .. } = self;
        // Nothing is sent once the last word is.
        drop(accepted);
        match stop {
            Stop::Lost => {
                line.give_up().await;
                Ended::Lost
            }
            Stop::Heard(outcome) => {
                line.hang_up().await;
                Ended::Over(outcome)
            }
            Stop::Said(last, outcome) => {
                line.take_leave(Some(last)).await;
                Ended::Over(outcome)
            }
        }
    }

    /// Takes the next thing that happens.
    async fn step(&mut self) -> Result<(), Stop> {
        let wish = *self.wishes.borrow_and_update();
        self.on_wish(wish)?;
        tokio::select! {
            heard = self.line.hear() => match heard? {
                Heard::Ready => self.on_ready(),
                Heard::Message(message) => self.on_message(message)?,
                Heard::Closed => return Err(Stop::Lost),
            },
            content = self.channels.data.receive(), if self.lost_at.is_none() => match content {
                Some(_) => Err(Failure::malformed("content from a receiver"))?,
                // Why, is said on the other one, if it is said at all.
                None => self.lost_at = Some(Instant::now() + LOST_AFTER),
            },
            Some(event) = self.events.recv() => self.on_event(event)?,
            _ = self.wishes.changed() => {}
            () = self.sender.talk.changed(), if self.is_ready => self.say_texts(),
            () = at(self.lost_at), if self.lost_at.is_some() => return Err(Stop::Lost),
        }
        Ok(())
    }

    fn on_wish(&mut self, wish: Wish) -> Result<(), Stop> {
        if wish.cancelled {
            return Err(Stop::Said(Control::Cancel, Outcome::Cancelled { by_us: true }));
        }
        if wish.paused != self.wish.paused {
            self.wish = wish;
            self.sender.reporter.paused_here(wish.paused);
            if self.is_ready {
                self.line.say(if wish.paused { Control::Pause } else { Control::Resume });
            }
            self.let_go();
        }
        Ok(())
    }

    fn on_ready(&mut self) {
        self.is_ready = true;
        self.sender.reporter.connected(self.channels.path);
        self.say_texts();
        if self.wish.paused {
            self.line.say(Control::Pause);
        }
        for page in offer_pages(self.sender.files.iter().map(|file| file.offered())) {
            self.line.say(page);
        }
        self.sender.note_offer();
    }

    fn say_texts(&mut self) {
        for text in self.sender.talk.due() {
            self.line.say(text);
        }
    }

    fn on_message(&mut self, message: Control) -> Result<(), Stop> {
        match message {
            Control::Have { file, ranges } => self.on_have(file, &ranges)?,
            Control::Accept { files } => self.on_accept(&files)?,
            Control::Credit { written, limit } => self.on_credit(written, limit)?,
            Control::Verified { file, digest } => return self.on_verified(file, &digest),
            Control::Text { id, text } => self.line.say(self.sender.talk.on_text(id, text)?),
            Control::Heard { id } => self.sender.talk.on_heard(id)?,
            Control::Pause => self.on_pause(true),
            Control::Resume => self.on_pause(false),
            Control::Decline if self.accepted.is_none() && !self.sender.files.is_empty() => {
                return Err(Stop::Heard(Outcome::Declined));
            }
            Control::Cancel => return Err(Stop::Heard(Outcome::Cancelled { by_us: false })),
            Control::Failed { code, message } => {
                let message = printable(&message);
                return Err(Stop::Heard(Outcome::Failed { code, message, by_us: false }));
            }
            // Lanes are the sender's to offer, and this one offers none.
            Control::Hello { .. }
            | Control::Offer { .. }
            | Control::End { .. }
            | Control::Decline
            | Control::Lane { .. } => Err(Failure::malformed("a message not at this point"))?,
        }
        Ok(())
    }

    fn on_pause(&mut self, paused: bool) {
        self.paused_there = paused;
        self.sender.reporter.paused_there(paused);
        self.let_go();
    }

    /// Tells the writer how far it may go.
    fn let_go(&self) {
        let paused = self.wish.paused || self.paused_there;
        self.leave.send_replace(Leave { limit: self.limit, paused });
    }

    fn on_have(&mut self, file: u32, ranges: &[(u32, u32)]) -> Result<(), Failure> {
        let offered = self.sender.offered(file).filter(|_| self.accepted.is_none());
        let size = offered.ok_or(Failure::malformed("have not at this point"))?.size;
        let map = self.has.entry(file).or_insert_with(|| BlockMap::new(size));
        if ranges.iter().all(|range| map.add(*range)) {
            return Ok(());
        }
        Err(Failure::malformed("have of blocks that are not there"))
    }

    fn on_accept(&mut self, files: &[u32]) -> Result<(), Failure> {
        let is_wanted = |file: &u32| files.binary_search(file).is_ok();
        let is_offered = files.iter().all(|file| self.sender.offered(*file).is_some());
        if self.accepted.is_some() || !is_offered || !self.has.keys().all(is_wanted) {
            return Err(Failure::malformed("accept not at this point"));
        }
        let (mut accepted, mut queue) = (Vec::new(), Vec::new());
        let (mut end, mut had) = (0, 0);
        for &number in files {
            let source = self.sender.files[number as usize].clone();
            let size = source.offered().size;
            end += size;
            accepted.push((number, end));
            let has = self.has.remove(&number).unwrap_or_else(|| BlockMap::new(size));
            had += has.bytes();
            queue.push(QueuedFile { number, source, has });
        }
        self.written = had;
        self.sent.store(had, Ordering::Release);
        let offered =
            accepted.iter().filter_map(|(number, _)| self.sender.files.get(*number as usize));
        self.sender.reporter.files(offered.map(|file| file.offered()));
        self.sender.reporter.moving(had);
        let writer = FrameWriter {
            channels: self.channels.clone(),
            blocks: read_ahead(queue),
            leave: self.leave.subscribe(),
            sent: self.sent.clone(),
            events: self.writer.clone(),
        };
        let writer = AbortOnDropHandle::new(tokio::spawn(writer.run()));
        self.accepted = Some(Accepted { files: accepted, _writer: writer });
        Ok(())
    }

    fn on_credit(&mut self, written: u64, limit: u64) -> Result<(), Failure> {
        let in_order = written >= self.written && limit >= self.limit && limit >= written;
        let in_bounds = written <= self.sent.load(Ordering::Acquire)
            && limit.saturating_sub(written) <= WINDOW_BYTES;
        if self.accepted.is_none() || !in_order || !in_bounds {
            return Err(Failure::malformed("credit not at this point"));
        }
        self.written = written;
        self.limit = limit;
        self.sender.reporter.written(written);
        self.let_go();
        Ok(())
    }

    fn on_verified(&mut self, file: u32, digest: &str) -> Result<(), Stop> {
        // Earned only by a file whose end was sent and whose every byte was reported written.
        let accepted = self.accepted.as_ref();
        let due = accepted.and_then(|accepted| accepted.files.get(self.verified));
        let earned = due.is_some_and(|&(number, end)| number == file && self.written >= end);
        let ours = self.digests.get(self.verified).filter(|_| earned);
        let ours = ours.ok_or(Failure::malformed("verified not at this point"))?;
        if ours != digest {
            return Err(Failure::new(FailureCode::Corrupt, "a file differs from ours").into());
        }
        self.verified += 1;
        self.sender.reporter.verified(self.verified);
        if accepted.is_some_and(|accepted| accepted.files.len() == self.verified) {
            return Err(Stop::Heard(Outcome::Verified));
        }
        Ok(())
    }

    fn on_event(&mut self, event: WriterEvent) -> Result<(), Failure> {
        match event {
            WriterEvent::End { file, digest } => {
                self.digests.push(digest.clone());
                self.line.say(Control::End { file, digest });
                Ok(())
            }
            WriterEvent::Failed(failure) => Err(failure),
        }
    }
}
