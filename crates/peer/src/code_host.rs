//! The codes of a room of our own: one is open at a time, each is good for one attempt, and whoever knows it is told
//! the room and its key (docs/PROTOCOL.md, "Codes"). Kept by `RoomKeeper`. The browser's twin is `code-host.ts`.

use std::time::Duration;

use serde_json::Value;
use sharesync_protocol::code::{KnockId, KnockMessage};
use sharesync_protocol::signaling::RoomId;
use sharesync_secrecy::{Code, CodeError, CodeHost, Invitation, LinkKey};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::random::SharedRandom;
use crate::room_event::RoomEvent;
use crate::signaling::{SignalingClient, SignalingError};
use crate::signaling_news::SignalingEvent;

/// How long whoever tries a code may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(15);
/// What is said in knocks and has not been looked into.
const HEARD_WAITING: usize = 64;

/// What became of a room's codes. It has no `Debug`, for a code is as good as the link.
#[derive(Clone, PartialEq, Eq)]
pub enum CodeNews {
    /// A code is open, in place of whatever there was: its text can be said.
    Open(String),
    /// Somebody tries it; it is of no more use to anybody else.
    InUse,
    /// Whoever tried it knew it, and has the link now. Another one is opened.
    LetIn,
    /// Whoever tried it did not know it. Another one is opened.
    Wrong,
    /// The attempt was broken off before that was known. Another one is opened.
    BrokenOff,
    /// The service opened none.
    Refused(SignalingError),
    /// There is none: the line to the service is lost, or nobody new is let in.
    Closed,
}

/// Where codes are opened, and what they lead to.
#[derive(Clone)]
struct CodeDesk {
    client: SignalingClient,
    invitation: Invitation,
}

/// Opens codes, one after the other, and lets in who knows them. Ends when it is dropped.
pub(crate) struct CodeHosting {
    desk: watch::Sender<Option<CodeDesk>>,
    hear: mpsc::Sender<SignalingEvent>,
}

impl CodeHosting {
    /// Begins, with no code open.
    pub(crate) fn begin(random: SharedRandom, tell: mpsc::Sender<RoomEvent>) -> Self {
        let (desk, wish) = watch::channel(None);
        let (hear, heard) = mpsc::channel(HEARD_WAITING);
        tokio::spawn(Host { random, tell, heard, knock: None }.run(wish));
        Self { desk, hear }
    }

    /// Opens codes for this room from now on, or none where nobody new is let in.
    pub(crate) fn serve(
        &self,
        client: &SignalingClient,
        room: &RoomId,
        key: &LinkKey,
        locked: bool,
    ) {
        let invitation = Invitation { room: room.0.clone(), key: key.clone() };
        let desk = CodeDesk { client: client.clone(), invitation };
        self.desk.send_replace((!locked).then_some(desk));
    }

    /// Takes the code out of use.
    pub(crate) fn close(&self) {
        self.desk.send_replace(None);
    }

    /// Passes on what is said of knocks; of what nobody waits for, not more than a little.
    pub(crate) fn hear(&self, event: SignalingEvent) {
        let _ = self.hear.try_send(event);
    }
}

struct Host {
    random: SharedRandom,
    tell: mpsc::Sender<RoomEvent>,
    heard: mpsc::Receiver<SignalingEvent>,
    /// The attempt under way.
    knock: Option<KnockId>,
}

impl Host {
    async fn run(mut self, mut wish: watch::Receiver<Option<CodeDesk>>) {
        loop {
            let desk = wish.borrow_and_update().clone();
            let changed = match desk {
                Some(desk) => self.host(&desk, &mut wish).await,
                None => wish.changed().await.is_ok(),
            };
            if !changed {
                return;
            }
        }
    }

    /// Opens codes until another is wished for; false when nobody wishes anything any more.
    async fn host(
        &mut self,
        desk: &CodeDesk,
        wish: &mut watch::Receiver<Option<CodeDesk>>,
    ) -> bool {
        let changed = tokio::select! {
            changed = wish.changed() => changed.is_ok(),
            () = self.open_codes(desk) => wish.changed().await.is_ok(),
        };
        // Where the line is lost, so are code and attempt.
        if let Some(knock) = self.knock.take() {
            let _ = desk.client.end_knock(knock).await;
        }
        if !desk.client.is_lost() {
            let _ = desk.client.close_code().await;
        }
        self.tell(CodeNews::Closed).await;
        changed
    }

    /// Opens one code after the other, until the service opens none.
    async fn open_codes(&mut self, desk: &CodeDesk) {
        loop {
            self.turn_away(&desk.client).await;
            let nameplate = match desk.client.open_code().await {
                Ok(nameplate) => nameplate,
                Err(error) => return self.tell(CodeNews::Refused(error)).await,
            };
            let outcome = self.attempt(desk, nameplate.0).await;
            self.knock = None;
            self.tell(outcome).await;
        }
    }

    /// Ends whatever was heard of codes from before.
    async fn turn_away(&mut self, client: &SignalingClient) {
        while let Ok(event) = self.heard.try_recv() {
            if let SignalingEvent::Knock(message) = event {
                let _ = client.end_knock(message.knock).await;
            }
        }
    }

    async fn attempt(&mut self, desk: &CodeDesk, nameplate: String) -> CodeNews {
        let code = self.random.draw(|random| Code::make(nameplate, random));
        let invitation = desk.invitation.clone();
        let exchange = self.random.draw(|random| CodeHost::new(&code, invitation, random));
        self.tell(CodeNews::Open(code.text())).await;
        let first = loop {
            match self.heard.recv().await {
                Some(SignalingEvent::Knock(message)) => break message,
                Some(_) => {}
                None => return CodeNews::BrokenOff,
            }
        };
        let knock = first.knock.clone();
        self.knock = Some(knock.clone());
        self.tell(CodeNews::InUse).await;
        let exchanging = self.exchange(&desk.client, exchange, &first);
        let outcome = timeout(ANSWER_TIMEOUT, exchanging).await.unwrap_or(Err(Failure::BrokenOff));
        let outcome = match outcome {
            Ok(()) => return CodeNews::LetIn,
            Err(Failure::Ended) => return CodeNews::BrokenOff,
            Err(Failure::Wrong) => CodeNews::Wrong,
            Err(Failure::BrokenOff) => CodeNews::BrokenOff,
        };
        // It may have ended by itself.
        let _ = desk.client.end_knock(knock).await;
        outcome
    }

    async fn exchange(
        &mut self,
        client: &SignalingClient,
        exchange: CodeHost,
        first: &KnockMessage,
    ) -> Result<(), Failure> {
        let knock = &first.knock;
        let (answered, share) = exchange.answer(field(first, "message")?)?;
        client.pake(knock.clone(), "message", share).await?;
        let second = self.hear(client, knock).await?;
        let confirm = field(&second, "confirm")?;
        let sealed = self.random.draw(|random| answered.seal(confirm, random))?;
        // From here on it may have been heard, whatever we hear of that.
        let _ = client.pake(knock.clone(), "sealed", sealed).await;
        Ok(())
    }

    /// The next message of this attempt.
    async fn hear(
        &mut self,
        client: &SignalingClient,
        knock: &KnockId,
    ) -> Result<KnockMessage, Failure> {
        loop {
            match self.heard.recv().await {
                Some(SignalingEvent::Said(message)) if message.knock == *knock => {
                    return Ok(message);
                }
                Some(SignalingEvent::KnockEnded(ended)) if ended == *knock => {
                    return Err(Failure::Ended);
                }
                Some(SignalingEvent::Knock(other)) => {
                    let _ = client.end_knock(other.knock).await;
                }
                Some(_) => {}
                None => return Err(Failure::Ended),
            }
        }
    }

    async fn tell(&self, news: CodeNews) {
        // Where nobody listens the room ends soon, and this with it.
        let _ = self.tell.send(RoomEvent::Code(news)).await;
    }
}

/// How an attempt fails.
enum Failure {
    /// The words are others.
    Wrong,
    /// It cannot go on.
    BrokenOff,
    /// The other side has broken it off.
    Ended,
}

/// Whoever says what no peer of ours does is no better than whoever guesses.
impl From<CodeError> for Failure {
    fn from(_: CodeError) -> Self {
        Self::Wrong
    }
}

impl From<SignalingError> for Failure {
    fn from(_: SignalingError) -> Self {
        Self::BrokenOff
    }
}

fn field<'a>(message: &'a KnockMessage, name: &str) -> Result<&'a str, Failure> {
    message.body.get(name).and_then(Value::as_str).ok_or(Failure::Wrong)
}
