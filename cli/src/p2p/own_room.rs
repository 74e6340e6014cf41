//! A room of our own: its link and its codes are said to whoever sits here, and it is remembered, so that the same command
//! comes back to it after it was killed. Used by `send` and `listen`.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;
use sharesync_peer::{CodeNews, Entered, Entrance, Link, Room, RoomEvent, RoomOptions};
use sharesync_protocol::signaling::{ResumeSecret, RoomId};
use sharesync_secrecy::{Invitation, LinkKey};
use tokio::sync::mpsc;

use super::{Memory, Remembered, Service};
use crate::failure::Result;
use crate::output::Output;

/// A room of our own.
pub struct OwnRoom {
    output: Output,
    memory: Memory,
    key: LinkKey,
    /// The one that we were in last.
    before: Option<(RoomId, ResumeSecret)>,
    /// Whether its link is drawn for whoever has a camera.
    draws: bool,
    /// The link that was said last.
    said: Option<String>,
}

impl OwnRoom {
    /// The one that is remembered, or another.
    pub fn new(output: Output, memory: Memory, draws: bool) -> Self {
        let before = memory.room();
        let key = before.as_ref().and_then(|before| LinkKey::parse(&before.key));
        let before = before
            .filter(|_| key.is_some())
            .and_then(|before| Some((RoomId(before.room), ResumeSecret(before.resume?))));
        let key = key.unwrap_or_else(|| LinkKey::make(&mut Service::random()));
        Self { output, memory, key, before, draws, said: None }
    }

    /// Enters it, with codes that lead there; `entrance` is what kind of room it is.
    pub fn open(
        &self,
        service: &Service,
        entrance: fn(Option<(RoomId, ResumeSecret)>) -> Entrance,
    ) -> (Room, mpsc::Receiver<RoomEvent>) {
        let options = RoomOptions {
            place: service.place.clone(),
            entrance: entrance(self.before.clone()),
            key: self.key.clone(),
            codes: true,
        };
        Room::open(options, Service::random())
    }

    /// Whether it is another one than before.
    pub fn is_other(&self, entered: &Entered) -> bool {
        self.before.as_ref().is_none_or(|(room, _)| *room != entered.room)
    }

    /// We are in it: remembers it, and says the link, if that is another one than before.
    pub fn entered(&mut self, service: &Service, entered: &Entered) -> Result<()> {
        let room = entered.room.0.clone();
        self.before = Some((entered.room.clone(), entered.resume.clone()));
        self.memory.keep(&Remembered {
            room: room.clone(),
            key: self.key.text(),
            resume: Some(entered.resume.0.clone()),
        })?;
        let invitation = Invitation { room, key: self.key.clone() };
        let link = Link::new(service.origin.clone(), invitation).text();
        if self.said.as_ref() == Some(&link) {
            return Ok(());
        }
        self.output.event(&json!({ "event": "link", "link": link }))?;
        self.output.tell(format_args!("Link: {link}"));
        if self.draws && self.output.is_watched() {
            self.draw(&link);
        }
        self.said = Some(link);
        Ok(())
    }

    /// Says what became of its codes.
    pub fn say_code(&self, news: &CodeNews) -> Result<()> {
        let output = &self.output;
        match news {
            CodeNews::Open(code) => {
                output.event(&json!({ "event": "code", "code": code }))?;
                output.tell(format_args!("Code: {code}"));
            }
            CodeNews::Wrong => {
                output.warn("somebody tried the code and did not know its words; here is another");
            }
            CodeNews::Refused(error) => {
                output.warn(format_args!("there is no code, only the link: {error}"));
            }
            CodeNews::InUse | CodeNews::LetIn | CodeNews::BrokenOff | CodeNews::Closed => {}
        }
        Ok(())
    }

    /// It is over.
    pub fn forget(&mut self) {
        self.memory.forget();
    }

    /// Draws a link for whoever has a camera.
    fn draw(&self, link: &str) {
        // A link that is too long for one has none.
        if let Ok(code) = QrCode::new(link) {
            let drawn = code
                .render::<Dense1x2>()
                .dark_color(Dense1x2::Light)
                .light_color(Dense1x2::Dark)
                .build();
            self.output.note(drawn);
        }
    }
}
