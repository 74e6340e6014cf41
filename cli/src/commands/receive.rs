//! `sharesync receive`: takes what somebody sends from a browser, or by `sharesync send`, by a link or a code.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use clap::Args;
use serde_json::json;
use sha2::{Digest, Sha256};
use sharesync_peer::transfer::{
    Block, Decide, Decision, DirectoryStore, Failure as TransferFailure, Found as StoreFound,
    Progress, Receiver, Steering, Store, StreamStore, Talk, printable,
};
use sharesync_peer::{
    CodeTrouble, Entrance, Link, MemberEnd, Room, RoomEvent, RoomOptions, Transfers,
    TransfersEvent, WayIn, join_by_code,
};
use sharesync_protocol::signaling::{PeerId, ResumeSecret, RoomId};
use sharesync_protocol::transfer::{FailureCode, OfferedFile};
use sharesync_secrecy::LinkKey;
use tokio::sync::watch;

use super::words::count;
use crate::config::Server;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::p2p::{
    Memory, Remembered, Service, Wishes, close_failure, follow, member_failure, outlives_room,
    show_texts,
};
use crate::{Context, prompt, size};

/// Receive files that somebody sends from a browser or by `sharesync send`
#[derive(Args)]
#[command(
    after_help = "Every block is checked, and a file is under its name only when all of it is \
        proven to be what was sent. Nothing is overwritten, and no name leads out of the folder. \
        What breaks off goes on by the same command; Ctrl-C ends it, Ctrl-Z pauses."
)]
pub struct Arguments {
    /// What the other side says: its link, or its code
    #[arg(value_name = "LINK|CODE", required = true, num_args = 1..=3)]
    way_in: Vec<String>,
    /// The folder to put them in, made where it is missing; `-` for standard output, of one file
    #[arg(short, long, value_name = "DIR", default_value = ".")]
    output: PathBuf,
    /// Take everything without asking
    #[arg(short, long)]
    yes: bool,
    /// Let names begin with a dot, which hides them and may make them settings of some program
    #[arg(long)]
    hidden: bool,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    let Arguments { way_in, output, yes, hidden } = arguments;
    if !yes && !prompt::can_ask() {
        return Err(Failure::usage("nobody can be asked here whether to take the files: --yes"));
    }
    if output.as_os_str() == "-" && context.output.is_json() {
        return Err(Failure::usage("--json and --output - both want standard output"));
    }
    let way_in: WayIn =
        way_in.join(" ").parse().map_err(|error| Failure::usage(format!("{error}")))?;
    let server = match &way_in {
        WayIn::Link(link) => Server::parse(&link.server.to_string(), "the link's server")?,
        WayIn::Code(_) => context.server()?,
    };
    let service = Service::of(server.clone(), context)?;
    let identity = match &way_in {
        WayIn::Link(link) => link.room.0.clone(),
        WayIn::Code(code) => code.text(),
    };
    // Not as the disk has it, which may make the folder only now.
    let folder = std::path::absolute(&output).unwrap_or_else(|_| output.clone());
    let mut memory = Memory::of(context, &server, &("receive", &identity, &folder))?;
    let Found { room, key, resume } = find(way_in, &service, memory.room()).await?;
    let remembered = Remembered { room: room.0.clone(), key: key.text(), resume };
    memory.keep(&remembered)?;

    let place = Place { output, hidden, room: room.clone() };
    // Opened once here, so that a folder that cannot be written to is said before anything is accepted.
    place.store()?;
    let steering = Steering::new();
    let mut wishes = Wishes::listen(steering.clone())?;
    let ask = Arc::new(Ask { output: context.output.clone(), yes });
    let steered = steering.clone();
    let (talk, news) = Talk::new();
    tokio::spawn(show_texts(context.output.clone(), news));
    let begin = move |peer: &PeerId| {
        let store = place.store().unwrap_or_else(|failure| Arc::new(NoStore(failure.message)));
        Receiver::new(store, ask.clone(), talk.line_to(peer.0.as_str()), steered.clone())
    };
    let options = RoomOptions {
        place: service.place.clone(),
        entrance: Entrance::Guest(room, remembered.resume.clone().map(ResumeSecret)),
        key,
        codes: false,
    };
    let room = Room::open(options, Service::random());
    let mut transfers = Transfers::new(room, service.dialer.clone(), false, steering, begin);
    let receiving =
        Receiving { context, memory: &mut memory, remembered, progress: None, closed: None };
    let done = receiving.run(&mut transfers, &mut wishes).await;
    wishes.unless_hurried(transfers.close()).await;
    // What was broken off by nobody's wish can be gone on with.
    if !matches!(&done, Err(failure) if failure.exit == ExitCode::Unreachable) {
        memory.forget();
    }
    done
}

/// Where the files are offered.
struct Found {
    room: RoomId,
    key: LinkKey,
    /// Who we were there before.
    resume: Option<String>,
}

/// Finds the room that a link or a code leads to. A code is good once: whoever was let in by it before goes by what is
/// remembered.
async fn find(way_in: WayIn, service: &Service, before: Option<Remembered>) -> Result<Found> {
    let resume = before.as_ref().and_then(|before| before.resume.clone());
    let code = match way_in {
        WayIn::Link(Link { room, key, .. }) => return Ok(Found { room, key, resume }),
        WayIn::Code(code) => code,
    };
    if let Some(before) = before
        && let Some(key) = LinkKey::parse(&before.key)
    {
        return Ok(Found { room: RoomId(before.room), key, resume });
    }
    let invitation = join_by_code(&service.place, &code, &mut Service::random()).await;
    let invitation = invitation.map_err(|trouble| code_failure(&trouble))?;
    Ok(Found { room: RoomId(invitation.room), key: invitation.key, resume: None })
}

/// The files on their way here.
struct Receiving<'a> {
    context: &'a Context,
    memory: &'a mut Memory,
    remembered: Remembered,
    /// Where the transfer stands that was begun last.
    progress: Option<watch::Receiver<Progress>>,
    /// Why the room is closed, where it is.
    closed: Option<Failure>,
}

impl Receiving<'_> {
    async fn run(mut self, transfers: &mut Transfers<Receiver>, wishes: &mut Wishes) -> Result<()> {
        loop {
            let event = tokio::select! {
                event = transfers.next() => event,
                heard = wishes.hear() => {
                    heard?;
                    // A transfer that is there ends first, and says so to the other side.
                    if self.progress.is_none() && wishes.is_ended() {
                        return Err(Failure::interrupted());
                    }
                    continue;
                }
            };
            match event {
                Some(TransfersEvent::Room(event)) => self.hear(event)?,
                Some(TransfersEvent::Begun(_, progress)) => {
                    tokio::spawn(follow(self.context.output.clone(), progress.clone()));
                    self.progress = Some(progress);
                }
                // Whoever was there only for a moment may come again.
                Some(TransfersEvent::Ended(_, MemberEnd::Left | MemberEnd::Unreachable))
                    if !wishes.is_ended() && !self.has_begun() =>
                {
                    self.progress = None;
                }
                Some(TransfersEvent::Ended(_, end)) => {
                    return match member_failure(&end) {
                        Some(failure) => Err(failure),
                        None => self.say_received(),
                    };
                }
                None => {
                    let closed = || Failure::new(ExitCode::Failed, "closed", "the room is closed");
                    return Err(self.closed.unwrap_or_else(closed));
                }
            }
        }
    }

    fn hear(&mut self, event: RoomEvent) -> Result<()> {
        let output = &self.context.output;
        match event {
            RoomEvent::Entered(entered) => {
                output.detail(|| "in the room".to_owned());
                self.remembered.resume = Some(entered.resume.0);
                self.memory.keep(&self.remembered)
            }
            RoomEvent::Tampered(_) => {
                output.warn("somebody between changed what a member said; nothing of it was used");
                Ok(())
            }
            RoomEvent::Closed(reason) if self.progress.is_some() && outlives_room(&reason) => {
                output.warn("the room is gone; what is on its way goes on");
                self.closed = Some(close_failure(reason));
                Ok(())
            }
            RoomEvent::Closed(reason) => Err(close_failure(reason)),
            _ => Ok(()),
        }
    }

    fn has_begun(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.borrow().written > 0)
    }

    fn say_received(&self) -> Result<()> {
        let (files, bytes) = self.progress.as_ref().map_or((0, 0), |progress| {
            let now = progress.borrow();
            (now.verified, now.bytes)
        });
        let output = &self.context.output;
        output.event(&json!({ "event": "received", "files": files, "bytes": bytes }))?;
        let (files, bytes) = (count(files, "file"), size::words(bytes));
        output.note(format_args!("received and verified: {files}, {bytes}"));
        Ok(())
    }
}

fn code_failure(trouble: &CodeTrouble) -> Failure {
    let (exit, code) = match trouble {
        CodeTrouble::UnknownCode | CodeTrouble::Gone => (ExitCode::NotFound, "unknown_code"),
        CodeTrouble::WrongCode => (ExitCode::Refused, "wrong_code"),
        CodeTrouble::Tampered => (ExitCode::Damaged, "tampered"),
        CodeTrouble::RateLimited => (ExitCode::Unreachable, "rate_limited"),
        CodeTrouble::Unreachable(_) => (ExitCode::Unreachable, "unreachable"),
    };
    Failure::new(exit, code, trouble.to_string())
}

/// Where files go.
struct Place {
    output: PathBuf,
    hidden: bool,
    room: RoomId,
}

impl Place {
    fn store(&self) -> Result<Arc<dyn Store>> {
        if self.output.as_os_str() == "-" {
            return Ok(Arc::new(StreamStore::new(io::stdout())));
        }
        // The same room by the same command is the same transfer, whatever its sender is called there by then.
        let digest = Sha256::digest(&self.room.0);
        let key = digest.first_chunk().expect("a digest has 32 bytes");
        let store = DirectoryStore::open(&self.output, key, self.hidden);
        let store = store.map_err(|error| Failure::file("write to", &self.output, &error))?;
        Ok(Arc::new(store))
    }
}

/// A folder that could be written to a moment ago, and cannot any more: whatever is offered is not taken.
struct NoStore(String);

impl NoStore {
    fn failed<T>(&self) -> std::result::Result<T, TransferFailure> {
        let said = "a file could not be written";
        Err(TransferFailure::new(FailureCode::Unwritable, said).because(&self.0))
    }
}

impl Store for NoStore {
    fn find(&self, _: &[OfferedFile]) -> std::result::Result<StoreFound, TransferFailure> {
        self.failed()
    }

    fn begin(&self, _: &[OfferedFile], _: &[u32]) -> std::result::Result<(), TransferFailure> {
        self.failed()
    }

    fn write(&self, _: &[Block]) -> std::result::Result<(), TransferFailure> {
        self.failed()
    }

    fn finish(&self, _: &[u32]) -> std::result::Result<(), TransferFailure> {
        self.failed()
    }

    fn close(&self, _: bool) {}
}

/// Asks whoever sits here, unless everything is to be taken.
struct Ask {
    output: Output,
    yes: bool,
}

#[async_trait]
impl Decide for Ask {
    async fn decide(&self, offered: &[OfferedFile]) -> Decision {
        let bytes: u64 = offered.iter().map(|file| file.size).sum();
        self.say(offered, bytes);
        if self.yes {
            return Decision::AcceptAll;
        }
        match prompt::line("Take them? [Y/n] ", "--yes takes them").await.as_deref() {
            Ok("" | "y" | "Y" | "yes") => Decision::AcceptAll,
            _ => Decision::Decline,
        }
    }
}

impl Ask {
    /// Says what is offered: the first names, and how much there is in all.
    fn say(&self, offered: &[OfferedFile], bytes: u64) {
        const SHOWN: usize = 10;
        let name = |file: &OfferedFile| {
            let folders = file.path.as_deref().map(|path| format!("{path}/")).unwrap_or_default();
            printable(&format!("{folders}{}", file.name))
        };
        let files: Vec<_> =
            offered.iter().map(|file| json!({ "name": name(file), "size": file.size })).collect();
        // Where nobody can be told, nobody is.
        let _ = self.output.event(&json!({ "event": "offered", "files": files, "bytes": bytes }));
        for file in offered.iter().take(SHOWN) {
            self.output.note(format_args!("  {}  {}", name(file), size::words(file.size)));
        }
        if offered.len() > SHOWN {
            self.output.note(format_args!("  and {} more", offered.len() - SHOWN));
        }
        let total = format!("{}, {}", count(offered.len(), "file"), size::words(bytes));
        self.output.note(format_args!("Offered: {total}"));
    }
}
