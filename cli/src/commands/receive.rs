//! `sharesync receive`: takes what somebody sends from a browser, or by `sharesync send`, by a link or a code.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use clap::Args;
use sharesync_peer::transfer::{
    Decide, Decision, Progress, Receiver, Steering, Store, StreamStore, Talk,
};
use sharesync_peer::{MemberEnd, Offers, RoomEvent, Transfers, TransfersEvent};
use sharesync_protocol::signaling::{PeerId, RoomId};
use sharesync_protocol::transfer::OfferedFile;
use tokio::sync::watch;

use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::p2p::{
    Folder, GuestRoom, Memory, Service, Way, Wishes, close_failure, follow, member_failure,
    outlives_room, say_offered, say_received, show_texts,
};
use crate::{Context, prompt};

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
    let way = Way::read(&way_in.join(" "), context)?;
    let service = Service::of(way.server.clone(), context)?;
    let folder = Folder { path: Folder::absolute(&output), hidden, purpose: "" };
    let identity = ("receive", way.identity(), &folder.path);
    let memory = Memory::of(context, &way.server, &identity)?;
    let mut room = GuestRoom::find(way, &service, memory).await?;

    let place = Place { is_stream: output.as_os_str() == "-", folder, room: room.id() };
    // Opened once here, so that a folder that cannot be written to is said before anything is accepted.
    place.check()?;
    let steering = Steering::new();
    let mut wishes = Wishes::listen(steering.clone())?;
    let ask = Arc::new(Ask { output: context.output.clone(), yes });
    let steered = steering.clone();
    let (talk, news) = Talk::new();
    tokio::spawn(show_texts(context.output.clone(), news, false));
    let begin = move |peer: &PeerId| {
        let line = talk.line_to(peer.0.as_str());
        Receiver::new(place.store(), ask.clone(), line, steered.clone())
    };
    let (opened, dialer) = (room.open(&service), service.dialer.clone());
    let mut transfers = Transfers::new(opened, dialer, Offers::ToNobody, steering, begin);
    let receiving = Receiving { context, room: &mut room, progress: None, closed: None };
    let done = receiving.run(&mut transfers, &mut wishes).await;
    wishes.unless_hurried(transfers.close()).await;
    room.is_done_with(&done);
    done
}

/// The files on their way here.
struct Receiving<'a> {
    context: &'a Context,
    room: &'a mut GuestRoom,
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
                    tokio::spawn(follow(self.context.output.clone(), None, progress.clone()));
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
            // Whoever else is there could be the one who offers.
            RoomEvent::Entered(entered) if entered.takes.is_some() => Err(Failure::usage(
                "nothing is offered there: files are taken; `sharesync send --to` sends some",
            )),
            RoomEvent::Entered(entered) => {
                output.detail(|| "in the room".to_owned());
                self.room.entered(&entered)
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
        let now = self.progress.as_ref().map(|progress| progress.borrow().clone());
        say_received(&self.context.output, None, &now.unwrap_or_default())
    }
}

/// Where files go.
struct Place {
    /// To standard output.
    is_stream: bool,
    folder: Folder,
    room: RoomId,
}

impl Place {
    fn check(&self) -> Result<()> {
        if self.is_stream { Ok(()) } else { self.folder.store(&self.room.0).map(drop) }
    }

    /// The same room by the same command is the same transfer, whatever its sender is called there by then.
    fn store(&self) -> Arc<dyn Store> {
        if self.is_stream {
            return Arc::new(StreamStore::new(io::stdout()));
        }
        self.folder.store_or_none(&self.room.0)
    }
}

/// Asks whoever sits here, unless everything is to be taken.
struct Ask {
    output: Output,
    yes: bool,
}

#[async_trait]
impl Decide for Ask {
    async fn decide(&self, offered: &[OfferedFile]) -> Decision {
        say_offered(&self.output, None, offered);
        if self.yes {
            return Decision::AcceptAll;
        }
        match prompt::line("Take them? [Y/n] ", "--yes takes them").await.as_deref() {
            Ok("" | "y" | "Y" | "yes") => Decision::AcceptAll,
            _ => Decision::Decline,
        }
    }
}
