//! `sharesync listen`: takes files from whoever has the link or a code, one after the other or at the same time, until it is
//! interrupted; or, by [`request`], what comes to a file request. It is made for machines that nobody watches, so that it
//! decides by itself, and goes on whatever becomes of its server.

mod doorkeeper;
mod pattern;
mod policy;
mod request;
mod space;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use sharesync_peer::transfer::{Outcome, Progress, Receiver, Steering, Talk};
use sharesync_peer::{
    CloseReason, Entrance, MemberEnd, Offers, RoomEvent, Transfers, TransfersEvent,
};
use sharesync_protocol::signaling::PeerId;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::doorkeeper::{Doorkeeper, House};
use self::pattern::Pattern;
use self::policy::Policy;
use self::request::Terms;
use self::space::Space;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::p2p::{
    Folder, Memory, OwnRoom, Service, Wishes, close_failure, event_of, follow, member_failure,
    say_received, show_texts,
};
use crate::{Context, prompt, size};

/// Most bytes that one sender brings into a room, where nothing else is said.
const MOST_BYTES: u64 = 10 << 30;
/// Most files that one sender brings into a room, where nothing else is said.
const MOST_FILES: usize = 1000;

/// Take files from whoever comes by a link, a code or a file request, until interrupted
#[derive(Args)]
#[command(
    after_help = "Says a link and a code on standard error, as `send` does; `sharesync send --to` \
        and the link in a browser bring files here, and to nobody else. Nobody is asked: an offer \
        is taken whole if the limits, the names and the disk allow it, and declined otherwise. \
        Every block is checked, nothing is overwritten, no name leads out of the folder, and none \
        begins with a dot. Whatever becomes of the server, it goes on, with a new link if need be.\n\n\
        With `--request` it takes what people upload to a file request of yours, each file by \
        itself, and remembers what it has taken. It looks every ten seconds, and ends when the \
        request does. That needs a token, as `upload` does."
)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct Arguments {
    /// The folder to put them in, made where it is missing
    #[arg(long, value_name = "DIR", default_value = ".")]
    into: PathBuf,
    /// Take what comes to this file request of yours; its folder on the server is looked into
    #[arg(long, value_name = "LINK|ID", conflicts_with_all = ["ask", "no_qr"])]
    request: Option<String>,
    /// Most that one sender brings at one time, 10GiB if not given; with --request, most that is taken in all
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_size: Option<u64>,
    /// Most that one file may have
    #[arg(long, value_name = "SIZE", value_parser = size::parse)]
    max_file_size: Option<u64>,
    /// Most files that one sender brings at one time, 1000 if not given; with --request, most that are taken in all
    #[arg(long, value_name = "N")]
    max_files: Option<usize>,
    /// What names are like, such as `*.pdf`; an offer with one that is like none of these is declined, or with --request that file
    #[arg(long, value_name = "PATTERN")]
    allow: Vec<Pattern>,
    /// Ask about each sender
    #[arg(long)]
    ask: bool,
    /// End after the first who has brought everything; with --request, after what is there now was taken
    #[arg(long)]
    once: bool,
    /// Move the server's copy of what was taken to the trash, once the one here is checked and on the disk
    #[arg(long, requires = "request")]
    remove: bool,
    /// Let names begin with a dot, which hides them and may make them settings of some program
    #[arg(long)]
    hidden: bool,
    /// Draw no QR code of the link
    #[arg(long)]
    no_qr: bool,
}

impl Arguments {
    /// Whether it is by a room, and not by a file request.
    pub fn is_of_room(&self) -> bool {
        self.request.is_none()
    }
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let Arguments { into, max_size, max_file_size, max_files, allow, ask, once, hidden, .. } =
        arguments;
    let no_qr = arguments.no_qr;
    let folder = Folder { path: Folder::absolute(&into), hidden, purpose: "listen" };
    if let Some(request) = arguments.request {
        let (max_size, max_files) = (max_size.unwrap_or(u64::MAX), max_files.unwrap_or(usize::MAX));
        let policy = Policy { max_size, max_file_size, max_files, allow, hidden };
        let terms = Terms { policy, folder, once, remove: arguments.remove };
        return request::run(&request, terms, context).await;
    }
    let (max_size, max_files) = (max_size.unwrap_or(MOST_BYTES), max_files.unwrap_or(MOST_FILES));
    if ask && !prompt::can_ask() {
        return Err(Failure::usage("nobody can be asked here whether to take files"));
    }
    let server = context.server()?;
    let output = context.output.clone();
    // So that a folder that cannot be written to is said before anybody is invited.
    folder.store("")?;
    let memory = Memory::of(context, &server, &("listen", &folder.path))?;
    let service = Service::of(server, context)?;
    let mut room = OwnRoom::new(output.clone(), memory, !no_qr);
    let opened = room.open(&service, Entrance::Taker);
    let steering = Steering::new();
    let mut wishes = Wishes::listen(steering.clone())?;
    let policy = Arc::new(Policy { max_size, max_file_size, max_files, allow, hidden });
    let (space, asking) = (Space::default(), ask.then(Arc::default));
    let house = House {
        output: output.clone(),
        policy,
        folder: folder.clone(),
        space: space.clone(),
        asking,
    };
    let (talk, news) = Talk::new();
    tokio::spawn(show_texts(output.clone(), news, true));
    let (steered, into) = (steering.clone(), folder.clone());
    let begin = move |peer: &PeerId| {
        let decide = Arc::new(Doorkeeper::new(house.clone(), peer.clone()));
        let store = into.store_or_none(&work_of(peer));
        Receiver::new(store, decide, talk.line_to(peer.0.as_str()), steered.clone())
    };
    let dialer = service.dialer.clone();
    let mut transfers = Transfers::new(opened, dialer, Offers::ToNobody, steering.clone(), begin);
    let mut listening = Listening {
        output,
        service: &service,
        room: &mut room,
        folder,
        space,
        moving: HashMap::new(),
        leaving: JoinSet::new(),
        trouble: None,
        once,
    };
    let done = listening.run(&mut transfers, &mut wishes).await;
    steering.cancel();
    while listening.leaving.join_next().await.is_some() {}
    wishes.unless_hurried(transfers.close()).await;
    room.forget();
    done
}

/// A sender that is gone before all has arrived.
struct Left {
    member: PeerId,
    failure: Failure,
}

impl Left {
    /// Removes what it has left, and says so. It will not come back as who it was, and nobody else can go on with that.
    async fn tidy_up(self, output: Output, folder: Folder) {
        let Self { member, failure } = self;
        let work = work_of(&member);
        let discard = move || folder.store(&work).map(|store| store.discard());
        // What cannot be removed stays, and does no harm.
        let _ = tokio::task::spawn_blocking(discard).await;
        let event = json!({ "event": "left", "reason": failure.code });
        // Where nobody can be told, nobody is.
        let _ = output.event(&event_of(Some(&member), event));
        output.note(format_args!("a sender is gone: {}", failure.message));
    }
}

/// By what the unfinished files of a sender are told from those of others: a sender that comes back has the same id.
fn work_of(member: &PeerId) -> String {
    format!("listen {}", member.0)
}

/// Waits for senders.
struct Listening<'a> {
    output: Output,
    service: &'a Service,
    room: &'a mut OwnRoom,
    folder: Folder,
    space: Space,
    /// Transfers that have begun and are not over.
    moving: HashMap<PeerId, watch::Receiver<Progress>>,
    /// What is being tidied up behind senders that are gone.
    leaving: JoinSet<()>,
    /// Why we are not in a room, as it was said last.
    trouble: Option<CloseReason>,
    once: bool,
}

impl Listening<'_> {
    async fn run(
        &mut self,
        transfers: &mut Transfers<Receiver>,
        wishes: &mut Wishes,
    ) -> Result<()> {
        loop {
            let event = tokio::select! {
                event = transfers.next() => event,
                heard = wishes.hear() => {
                    heard?;
                    if wishes.is_ended() && self.moving.is_empty() {
                        return Err(Failure::interrupted());
                    }
                    continue;
                }
            };
            match event {
                Some(TransfersEvent::Room(event)) => self.hear(event).await?,
                Some(TransfersEvent::Begun(member, progress)) => {
                    self.space.begun(&member, progress.clone());
                    let named = Some(member.clone());
                    tokio::spawn(follow(self.output.clone(), named, progress.clone()));
                    self.moving.insert(member, progress);
                }
                Some(TransfersEvent::Ended(member, end)) => {
                    let has_arrived = self.ended(&member, &end)?;
                    if has_arrived && self.once {
                        return Ok(());
                    }
                    if wishes.is_ended() && self.moving.is_empty() {
                        return Err(Failure::interrupted());
                    }
                }
                None => return Err(Failure::new(ExitCode::Failed, "closed", "the room is closed")),
            }
        }
    }

    /// What became of a transfer: whether everything has arrived.
    fn ended(&mut self, member: &PeerId, end: &MemberEnd) -> Result<bool> {
        self.space.ended(member);
        let progress = self.moving.remove(member);
        let Some(failure) = member_failure(end) else {
            let now = progress.map(|progress| progress.borrow().clone()).unwrap_or_default();
            say_received(&self.output, Some(member), &now)?;
            return Ok(true);
        };
        // What was declined has been said, with the reason.
        if *end != MemberEnd::Over(Outcome::Declined) {
            let left = Left { member: member.clone(), failure };
            self.leaving.spawn(left.tidy_up(self.output.clone(), self.folder.clone()));
        }
        Ok(false)
    }

    async fn hear(&mut self, event: RoomEvent) -> Result<()> {
        match event {
            RoomEvent::Entered(entered) if entered.takes.as_ref() != Some(&entered.me) => {
                return Err(Failure::new(
                    ExitCode::Failed,
                    "no_taking",
                    "this server has no rooms that take files: it is of an older version",
                ));
            }
            RoomEvent::Entered(entered) => {
                self.trouble = None;
                if self.room.is_other(&entered) {
                    // Nobody of the room before comes back as who they were, and goes on.
                    let folder = self.folder.clone();
                    let _ = tokio::task::spawn_blocking(move || folder.tidy_up()).await;
                }
                self.room.entered(self.service, &entered)?;
            }
            RoomEvent::Code(news) => self.room.say_code(&news)?,
            RoomEvent::Tampered(_) => {
                self.output
                    .warn("somebody between changed what a member said; nothing of it was used");
            }
            RoomEvent::PeerAway(_) => {
                self.output.detail(|| "a sender's line to the server is lost".to_owned());
            }
            RoomEvent::Disconnected => {
                self.output.note("the line to the server is lost; making another …");
            }
            RoomEvent::NotYet(reason) if self.trouble.as_ref() != Some(&reason) => {
                let failure = close_failure(reason.clone());
                self.output.warn(format_args!("{}; trying again …", failure.message));
                self.trouble = Some(reason);
            }
            RoomEvent::Closed(reason) => return Err(close_failure(reason)),
            _ => {}
        }
        Ok(())
    }
}
