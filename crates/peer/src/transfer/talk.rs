//! What people write to each other beside their files (docs/PROTOCOL.md, "Texts"). Nothing of it outlives the process.

use std::collections::HashSet;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sharesync_protocol::transfer::{Control, MAX_TEXT_BYTES, MAX_TEXTS};
use thiserror::Error;
use tokio::sync::{mpsc, watch};

use super::failure::Failure;

/// A text that is not said: it is empty, longer than [`MAX_TEXT_BYTES`], or one more than [`MAX_TEXTS`].
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the text is empty, too long, or one too many")]
pub struct CannotSay;

/// What there is to tell a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// A member wrote this, which is as it came: not safe to print as it is.
    Text {
        /// The member, as [`Talk::line_to`] was told.
        member: String,
        /// The text's id.
        id: String,
        /// The text.
        text: String,
    },
    /// A member has this text of ours.
    Heard {
        /// The member.
        member: String,
        /// The text's id.
        id: String,
    },
}

#[derive(Clone, Debug)]
struct Said {
    id: String,
    text: String,
}

/// All that is said here; clones are the same talk.
#[derive(Clone, Debug)]
pub struct Talk {
    ours: Arc<watch::Sender<Vec<Said>>>,
    news: mpsc::UnboundedSender<News>,
}

impl Talk {
    /// A talk in which nothing was said yet, and where what is heard comes out. A member brings at most
    /// [`MAX_TEXTS`] texts.
    pub fn new() -> (Self, mpsc::UnboundedReceiver<News>) {
        let (news, heard) = mpsc::unbounded_channel();
        (Self { ours: Arc::default(), news }, heard)
    }

    /// Says a text to everybody who is here and to everybody who comes; `id` is drawn at random. Returns the id as
    /// [`News::Heard`] has it.
    pub fn say(&self, id: [u8; 16], text: &str) -> Result<String, CannotSay> {
        let id = URL_SAFE_NO_PAD.encode(id);
        let said = Said { id: id.clone(), text: text.to_owned() };
        let can_be_said = !text.trim().is_empty() && text.len() <= MAX_TEXT_BYTES;
        let is_said = self.ours.send_if_modified(|ours| {
            let has_room = can_be_said && ours.len() < MAX_TEXTS;
            if has_room {
                ours.push(said);
            }
            has_room
        });
        if is_said { Ok(id) } else { Err(CannotSay) }
    }

    /// The way of texts to a member and back, over one connection after the other.
    pub fn line_to(&self, member: impl Into<String>) -> TalkLine {
        TalkLine {
            member: member.into(),
            talk: self.clone(),
            ours: self.ours.subscribe(),
            said: 0,
            heard: HashSet::new(),
            came: 0,
            theirs: HashSet::new(),
        }
    }
}

/// The way of texts to one member.
#[derive(Debug)]
pub struct TalkLine {
    member: String,
    talk: Talk,
    ours: watch::Receiver<Vec<Said>>,
    /// How many of ours were said in this conversation, and which were heard in any.
    said: usize,
    heard: HashSet<String>,
    /// How many texts came in this conversation, and which in any.
    came: usize,
    theirs: HashSet<String>,
}

impl TalkLine {
    /// A new conversation: all of ours is said again, for the process over there may be a new one.
    pub(super) fn begin(&mut self) {
        self.said = 0;
        self.came = 0;
    }

    /// What of ours has not been said in this conversation; from now on it has.
    pub(super) fn due(&mut self) -> Vec<Control> {
        let ours = self.ours.borrow_and_update();
        let due = ours.iter().skip(self.said);
        let due = due.map(|Said { id, text }| Control::Text { id: id.clone(), text: text.clone() });
        let due: Vec<Control> = due.collect();
        self.said = ours.len();
        due
    }

    /// Resolves when there may be something to say.
    pub(super) async fn changed(&mut self) {
        // Its sender is held here, so that waiting cannot fail.
        let _ = self.ours.changed().await;
    }

    /// Takes a text, and has what is to be answered.
    pub(super) fn on_text(&mut self, id: String, text: String) -> Result<Control, Failure> {
        self.came += 1;
        if self.came > MAX_TEXTS {
            return Err(Failure::malformed("too many texts"));
        }
        if !self.theirs.contains(&id) {
            if self.theirs.len() >= MAX_TEXTS {
                return Err(Failure::malformed("too many texts"));
            }
            self.theirs.insert(id.clone());
            let news = News::Text { member: self.member.clone(), id: id.clone(), text };
            // Nobody may be listening, and that is no fault of who wrote it.
            let _ = self.talk.news.send(news);
        }
        Ok(Control::Heard { id })
    }

    /// Takes it that a text of ours is there.
    pub(super) fn on_heard(&mut self, id: String) -> Result<(), Failure> {
        if !self.ours.borrow().iter().take(self.said).any(|said| said.id == id) {
            return Err(Failure::malformed("heard what was not said"));
        }
        if self.heard.insert(id.clone()) {
            let _ = self.talk.news.send(News::Heard { member: self.member.clone(), id });
        }
        Ok(())
    }
}
