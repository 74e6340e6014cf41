//! `sharesync send`: offers files to whoever comes by a link or a code, from here to there; or, with `--to`, brings them to
//! somebody who takes files.

mod to;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use sharesync_peer::transfer::{Sender, Source, Steering, Talk};
use sharesync_peer::{Entrance, MemberEnd, Offers, RoomEvent, Transfers, TransfersEvent};
use sharesync_protocol::signaling::PeerId;

use super::words::count;
use crate::Context;
use crate::failure::{Failure, Result};
use crate::output::Output;
use crate::p2p::{
    Memory, OwnRoom, Service, Wishes, close_failure, find_sources, follow, full, member_failure,
    outlives_room, show_texts,
};
use crate::size;

/// Send files straight to somebody, who takes them in a browser or by `sharesync receive`
#[derive(Args)]
#[command(
    after_help = "Says a link and a code on standard error; whoever has either can take the files \
        while this runs. Nothing is stored on the server, which can read none of it. Ctrl-Z \
        pauses, Ctrl-C ends; what breaks off goes on by the same command within two minutes. With \
        --to it says nothing, and brings the files to whoever runs `sharesync listen`."
)]
pub struct Arguments {
    /// Files and folders; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// Send them to whoever takes files there, by the link or the code that they said
    #[arg(long, value_name = "LINK|CODE", conflicts_with_all = ["stay", "no_qr"])]
    to: Option<String>,
    /// What standard input is called over there
    #[arg(long, value_name = "NAME", default_value = "stdin")]
    name: String,
    /// Go on after the first who has everything, until interrupted
    #[arg(long)]
    stay: bool,
    /// Draw no QR code of the link
    #[arg(long)]
    no_qr: bool,
}

/// Does it.
pub async fn run(arguments: Arguments, context: &Context) -> Result<()> {
    if let Some(said) = &arguments.to {
        return to::run(said, &arguments, context).await;
    }
    let server = context.server()?;
    let paths: Vec<PathBuf> = arguments.files.iter().map(|path| full(path)).collect();
    let memory = Memory::of(context, &server, &("send", &paths))?;
    let sources = find_sources(&arguments.files, &arguments.name, context).await?;
    let service = Service::of(server, context)?;
    let mut room = OwnRoom::new(context.output.clone(), memory, !arguments.no_qr);
    let opened = room.open(&service, Entrance::Host);
    let steering = Steering::new();
    let wishes = Wishes::listen(steering.clone())?;
    let begin = senders(&sources, &steering, context)?;
    let dialer = service.dialer.clone();
    let transfers = Transfers::new(opened, dialer, Offers::ToEverybody, steering, begin);
    let sending = Sending {
        context,
        service: &service,
        room: &mut room,
        arguments: &arguments,
        sources: &sources,
        moving: 0,
        delivered: 0,
        closed: None,
    };
    let done = sending.run(transfers, wishes).await;
    room.forget();
    done
}

/// What makes a sender for each who is offered the files. Fails where they cannot be offered at all.
fn senders(
    sources: &Arc<[Arc<Source>]>,
    steering: &Steering,
    context: &Context,
) -> Result<impl FnMut(&PeerId) -> Sender + Send + 'static> {
    let (talk, news) = Talk::new();
    tokio::spawn(show_texts(context.output.clone(), news, false));
    let (sources, steering) = (Arc::clone(sources), steering.clone());
    Sender::new(Arc::clone(&sources), talk.line_to(""), steering.clone())
        .map_err(|error| Failure::local("send it", error))?;
    Ok(move |peer: &PeerId| {
        let line = talk.line_to(peer.0.as_str());
        Sender::new(Arc::clone(&sources), line, steering.clone()).expect("it was made once already")
    })
}

/// Says that somebody has everything.
fn say_delivered(output: &Output, sources: &[Arc<Source>]) {
    let bytes: u64 = sources.iter().map(|source| source.offered().size).sum();
    let files = sources.len();
    // Where nobody can be told, nobody is.
    let _ = output.event(&json!({ "event": "delivered", "files": files, "bytes": bytes }));
    let (files, bytes) = (count(files, "file"), size::words(bytes));
    output.note(format_args!("delivered and verified: {files}, {bytes}"));
}

/// The files on their way to whoever comes.
struct Sending<'a> {
    context: &'a Context,
    service: &'a Service,
    room: &'a mut OwnRoom,
    arguments: &'a Arguments,
    sources: &'a [Arc<Source>],
    /// Transfers that have begun and are not over.
    moving: usize,
    /// How many have everything.
    delivered: usize,
    /// Why the room is closed, where it is.
    closed: Option<Failure>,
}

impl Sending<'_> {
    async fn run(mut self, mut transfers: Transfers<Sender>, mut wishes: Wishes) -> Result<()> {
        let mut failure = None;
        loop {
            let event = tokio::select! {
                event = transfers.next() => event,
                heard = wishes.hear() => {
                    heard?;
                    if self.moving > 0 {
                        continue;
                    }
                    None
                }
            };
            match event {
                Some(TransfersEvent::Room(event)) => self.hear(event)?,
                Some(TransfersEvent::Begun(_, progress)) => {
                    self.moving += 1;
                    tokio::spawn(follow(self.context.output.clone(), None, progress));
                }
                Some(TransfersEvent::Ended(_, end)) => {
                    self.moving -= 1;
                    failure = self.ended(&end).or(failure);
                }
                None => break,
            }
            let is_over = self.delivered > 0 || failure.is_some() || wishes.is_ended();
            if is_over && self.moving == 0 && (!self.arguments.stay || wishes.is_ended()) {
                break;
            }
        }
        wishes.unless_hurried(transfers.close()).await;
        if wishes.is_ended() && self.delivered == 0 {
            return Err(Failure::interrupted());
        }
        match failure.or(self.closed) {
            Some(failure) if self.delivered == 0 => Err(failure),
            _ => Ok(()),
        }
    }

    /// What became of a transfer: why nothing more is worth waiting for, where that is so.
    fn ended(&mut self, end: &MemberEnd) -> Option<Failure> {
        let output = &self.context.output;
        let Some(failure) = member_failure(end) else {
            self.delivered += 1;
            say_delivered(output, self.sources);
            return None;
        };
        // Somebody who was only here for a look may come back, and others may come.
        if matches!(end, MemberEnd::Left | MemberEnd::Unreachable) || self.arguments.stay {
            output.note(format_args!("{}; waiting for others …", failure.message));
            return None;
        }
        Some(failure)
    }

    fn hear(&mut self, event: RoomEvent) -> Result<()> {
        let output = &self.context.output;
        match event {
            RoomEvent::Entered(entered) => self.room.entered(self.service, &entered)?,
            RoomEvent::Code(news) => self.room.say_code(&news)?,
            RoomEvent::Tampered(_) => {
                output.warn("somebody between changed what a member said; nothing of it was used");
            }
            RoomEvent::Disconnected => {
                output.detail(|| "the line to the server is lost; making another".to_owned());
            }
            RoomEvent::Closed(reason) if self.moving > 0 && outlives_room(&reason) => {
                output.warn("the room is gone; what is on its way goes on");
                self.closed = Some(close_failure(reason));
            }
            RoomEvent::Closed(reason) => return Err(close_failure(reason)),
            _ => {}
        }
        Ok(())
    }
}
