//! `sharesync send`: offers files to whoever comes by a link or a code, from here to there.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use clap::Args;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;
use sharesync_peer::transfer::{Sender, Source, Steering, Talk, read_tree};
use sharesync_peer::{
    CodeNews, Entered, Entrance, Link, MemberEnd, Room, RoomEvent, RoomOptions, Transfers,
    TransfersEvent,
};
use sharesync_protocol::signaling::{PeerId, ResumeSecret, RoomId};
use sharesync_secrecy::{Invitation, LinkKey};

use super::words::count;
use crate::Context;
use crate::failure::{Failure, Result};
use crate::p2p::{
    Memory, Remembered, Service, Wishes, close_failure, follow, member_failure, outlives_room,
    show_texts,
};
use crate::size;

/// Send files straight to somebody, who takes them in a browser or by `sharesync receive`
#[derive(Args)]
#[command(
    after_help = "Says a link and a code on standard error; whoever has either can take the files \
        while this runs. Nothing is stored on the server, which can read none of it. Ctrl-Z \
        pauses, Ctrl-C ends; what breaks off goes on by the same command within two minutes."
)]
pub struct Arguments {
    /// Files and folders; `-` is standard input
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
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
    let server = context.server()?;
    let paths: Vec<PathBuf> = arguments.files.iter().map(|path| full(path)).collect();
    let mut memory = Memory::of(context, &server, &("send", &paths))?;
    let sources = find_sources(&arguments, context).await?;
    let service = Service::of(server, context)?;
    let before = memory.room();
    let key = before.as_ref().and_then(|before| LinkKey::parse(&before.key));
    let place = before
        .filter(|_| key.is_some())
        .and_then(|before| Some((RoomId(before.room), ResumeSecret(before.resume?))));
    let key = key.unwrap_or_else(|| LinkKey::make(&mut Service::random()));
    let options = RoomOptions {
        place: service.place.clone(),
        entrance: Entrance::Host(place),
        key: key.clone(),
        codes: true,
    };
    let room = Room::open(options, Service::random());
    let steering = Steering::new();
    let wishes = Wishes::listen(steering.clone())?;
    let (talk, news) = Talk::new();
    tokio::spawn(show_texts(context.output.clone(), news));
    let (offered, steered) = (sources.clone(), steering.clone());
    // What can be offered at all was found out before.
    Sender::new(sources.clone(), talk.line_to(""), steering.clone())
        .map_err(|error| Failure::local("send it", error))?;
    let begin = move |peer: &PeerId| {
        let line = talk.line_to(peer.0.as_str());
        Sender::new(offered.clone(), line, steered.clone()).expect("it was made once already")
    };
    let transfers = Transfers::new(room, service.dialer.clone(), true, steering, begin);
    let sending = Sending {
        context,
        service: &service,
        key,
        memory: &mut memory,
        arguments: &arguments,
        sources: &sources,
        moving: 0,
        delivered: 0,
        said: None,
        closed: None,
    };
    let done = sending.run(transfers, wishes).await;
    memory.forget();
    done
}

/// What is sent, as it is offered: every file of every folder. Standard input is copied aside first.
async fn find_sources(arguments: &Arguments, context: &Context) -> Result<Arc<[Arc<Source>]>> {
    let (paths, name) = (arguments.files.clone(), arguments.name.clone());
    let found = tokio::task::spawn_blocking(move || {
        let (mut files, mut skipped) = (vec![], vec![]);
        for path in paths {
            if path.as_os_str() == "-" {
                let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_millis();
                let now = i64::try_from(now).unwrap_or_default();
                files.push(Source::set_aside(&name, io::stdin().lock(), now)?);
            } else if path.is_dir() {
                let mut tree = read_tree(&path)?;
                files.append(&mut tree.files);
                skipped.append(&mut tree.skipped);
            } else {
                files.push(Source::file(&path)?);
            }
        }
        Ok((files, skipped))
    });
    let found: std::result::Result<_, sharesync_peer::transfer::SourceError> =
        found.await.map_err(|error| Failure::local("read the files", error))?;
    let (files, skipped) = found.map_err(|error| Failure::local("send it", error))?;
    for path in skipped {
        context.output.warn(format_args!(
            "{} is neither a file nor a folder, and is not sent",
            crate::output::shown(&path.to_string_lossy())
        ));
    }
    if files.is_empty() {
        return Err(Failure::usage("there is no file in what is to be sent"));
    }
    Ok(files.into_iter().map(Arc::new).collect())
}

/// What a path is from everywhere; standard input is never what it was before.
fn full(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// The files on their way to whoever comes.
struct Sending<'a> {
    context: &'a Context,
    service: &'a Service,
    key: LinkKey,
    memory: &'a mut Memory,
    arguments: &'a Arguments,
    sources: &'a [Arc<Source>],
    /// Transfers that have begun and are not over.
    moving: usize,
    /// How many have everything.
    delivered: usize,
    /// The link that was said last.
    said: Option<String>,
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
                    tokio::spawn(follow(self.context.output.clone(), progress));
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
            let bytes: u64 = self.sources.iter().map(|source| source.offered().size).sum();
            let files = self.sources.len();
            // Where nobody can be told, nobody is.
            let told = json!({ "event": "delivered", "files": files, "bytes": bytes });
            let _ = output.event(&told);
            output.note(format_args!(
                "delivered and verified: {}, {}",
                count(files, "file"),
                size::words(bytes)
            ));
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
            RoomEvent::Entered(entered) => self.entered(entered)?,
            RoomEvent::Code(CodeNews::Open(code)) => {
                output.event(&json!({ "event": "code", "code": code }))?;
                output.tell(format_args!("Code: {code}"));
            }
            RoomEvent::Code(CodeNews::Wrong) => {
                output.warn("somebody tried the code and did not know its words; here is another");
            }
            RoomEvent::Code(CodeNews::Refused(error)) => {
                output.warn(format_args!("there is no code, only the link: {error}"));
            }
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

    fn entered(&mut self, entered: Entered) -> Result<()> {
        let output = &self.context.output;
        let room = entered.room.0.clone();
        self.memory.keep(&Remembered {
            room: room.clone(),
            key: self.key.text(),
            resume: Some(entered.resume.0),
        })?;
        let invitation = Invitation { room, key: self.key.clone() };
        let link = Link::new(self.service.origin.clone(), invitation).text();
        if self.said.as_ref() == Some(&link) {
            return Ok(());
        }
        output.event(&json!({ "event": "link", "link": link }))?;
        output.tell(format_args!("Link: {link}"));
        if !self.arguments.no_qr && output.is_watched() {
            draw(output, &link);
        }
        self.said = Some(link);
        Ok(())
    }
}

/// Draws a link for whoever has a camera.
fn draw(output: &crate::output::Output, link: &str) {
    // A link that is too long for one has none.
    if let Ok(code) = QrCode::new(link) {
        let drawn = code
            .render::<Dense1x2>()
            .dark_color(Dense1x2::Light)
            .light_color(Dense1x2::Dark)
            .build();
        output.note(drawn);
    }
}
