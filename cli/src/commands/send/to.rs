//! `sharesync send --to`: brings files to whoever takes them in a room of theirs, and to nobody else who is there.

use std::path::PathBuf;
use std::sync::Arc;

use sharesync_peer::transfer::{Sender, Source, Steering};
use sharesync_peer::{Entered, Offers, RoomEvent, Transfers, TransfersEvent};
use sharesync_protocol::signaling::PeerId;

use super::{Arguments, say_delivered, senders};
use crate::Context;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Result};
use crate::p2p::{
    GuestRoom, Memory, Service, Way, Wishes, close_failure, find_sources, follow, full,
    member_failure, outlives_room,
};

/// Does it.
pub async fn run(said: &str, arguments: &Arguments, context: &Context) -> Result<()> {
    let way = Way::read(said, context)?;
    let paths: Vec<PathBuf> = arguments.files.iter().map(|path| full(path)).collect();
    let identity = ("send --to", way.identity(), &paths);
    let memory = Memory::of(context, &way.server, &identity)?;
    let sources = find_sources(&arguments.files, &arguments.name, context).await?;
    let service = Service::of(way.server.clone(), context)?;
    let steering = Steering::new();
    let mut wishes = Wishes::listen(steering.clone())?;
    let begin = senders(&sources, &steering, context)?;
    let mut room = GuestRoom::find(way, &service, memory).await?;
    let (opened, dialer) = (room.open(&service), service.dialer.clone());
    let mut transfers = Transfers::new(opened, dialer, Offers::ToTaker, steering, begin);
    let bringing = Bringing {
        context,
        room: &mut room,
        sources: &sources,
        taker: None,
        moving: false,
        closed: None,
    };
    let done = bringing.run(&mut transfers, &mut wishes).await;
    wishes.unless_hurried(transfers.close()).await;
    room.is_done_with(&done);
    done
}

/// The files on their way to whoever takes them.
struct Bringing<'a> {
    context: &'a Context,
    room: &'a mut GuestRoom,
    sources: &'a [Arc<Source>],
    /// Who takes them.
    taker: Option<PeerId>,
    /// They are being offered, or on their way.
    moving: bool,
    /// Why the room is closed, where it is.
    closed: Option<Failure>,
}

impl Bringing<'_> {
    async fn run(mut self, transfers: &mut Transfers<Sender>, wishes: &mut Wishes) -> Result<()> {
        loop {
            let event = tokio::select! {
                event = transfers.next() => event,
                heard = wishes.hear() => {
                    heard?;
                    // A transfer that is there ends first, and says so to the other side.
                    if !self.moving && wishes.is_ended() {
                        return Err(Failure::interrupted());
                    }
                    continue;
                }
            };
            match event {
                Some(TransfersEvent::Room(event)) => self.hear(event)?,
                Some(TransfersEvent::Begun(_, progress)) => {
                    self.moving = true;
                    tokio::spawn(follow(self.context.output.clone(), None, progress));
                }
                Some(TransfersEvent::Ended(_, end)) => {
                    if let Some(failure) = member_failure(&end) {
                        return Err(failure);
                    }
                    say_delivered(&self.context.output, self.sources);
                    return Ok(());
                }
                None => return Err(self.closed.unwrap_or_else(gone)),
            }
        }
    }

    fn hear(&mut self, event: RoomEvent) -> Result<()> {
        let output = &self.context.output;
        match event {
            RoomEvent::Entered(entered) => self.entered(&entered),
            RoomEvent::PeerLeft(peer) if self.taker.as_ref() == Some(&peer) && !self.moving => {
                Err(gone())
            }
            RoomEvent::Tampered(_) => {
                output.warn("somebody between changed what was said; nothing of it was used");
                Ok(())
            }
            RoomEvent::Closed(reason) if self.moving && outlives_room(&reason) => {
                output.warn("the room is gone; what is on its way goes on");
                self.closed = Some(close_failure(reason));
                Ok(())
            }
            RoomEvent::Closed(reason) => Err(close_failure(reason)),
            _ => Ok(()),
        }
    }

    fn entered(&mut self, entered: &Entered) -> Result<()> {
        self.room.entered(entered)?;
        match &entered.takes {
            Some(taker) => {
                self.taker.get_or_insert_with(|| taker.clone());
                Ok(())
            }
            // What is on its way does not need the room.
            None if self.moving => Ok(()),
            None if self.taker.is_some() || entered.peers.is_empty() => Err(gone()),
            None => Err(Failure::usage(
                "nobody takes files there, or not any more; where some are offered, `sharesync receive` takes them",
            )),
        }
    }
}

/// Nobody is there any more to take anything.
fn gone() -> Failure {
    Failure::new(ExitCode::NotFound, "taker_gone", "whoever takes files there is gone")
}
