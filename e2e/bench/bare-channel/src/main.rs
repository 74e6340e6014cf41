//! One data channel of the `webrtc` crate with nothing around it, between two processes: the most that the command could
//! reach on this machine. Sockets, window and the size of messages are those of `Connection`; nothing is read, hashed,
//! sealed, written, or spread over the line. `make bench` calls it, twice, and carries what each says to the other:
//!
//! ```text
//! sharesync-bare-channel send BYTES [FILE]       offers; says how many seconds passed until the other had them all
//! sharesync-bare-channel receive BYTES [FILE]    answers
//! ```
//!
//! Both say a description as a line of JSON, and read the other's. With files all is read and hashed by the one, hashed,
//! written and brought to the disk by the other, on threads of their own: what nobody can do without who moves files.

use std::fs::File;
use std::hint::black_box;
use std::io::{Read, Write, stdin, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use bytes::BytesMut;
use rtc::peer_connection::configuration::setting_engine::SctpMaxMessageSize;
use sha2::{Digest, Sha256};
use sharesync_peer::udp::{PeerRuntime, own_addresses, receive_window};
use tokio::sync::mpsc;
use tokio::time::Instant;
use webrtc::data_channel::{DataChannel, DataChannelEvent, RTCDataChannelInit};
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCSessionDescription, SettingEngineBuilder,
};

const USAGE: &str = "usage: sharesync-bare-channel send|receive BYTES [FILE]";
/// Bytes of a message; larger and smaller ones are no faster.
const MESSAGE_BYTES: usize = 64 * 1024;
/// Bytes that may wait to be acknowledged.
const SEND_BUFFER_BYTES: usize = 4 * 1024 * 1024;
/// Messages that wait between the network and the disk.
const WAITING: usize = 64;

// As many as the command has; with more it is a fifth slower.
#[tokio::main(worker_threads = 1)]
async fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let (role, bytes, file) = match &words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [role, bytes] => (*role, bytes.parse()?, None),
        [role, bytes, file] => (*role, bytes.parse()?, Some(*file)),
        _ => bail!(USAGE),
    };
    match role {
        "send" => send(bytes, file.map(File::open).transpose()?).await,
        "receive" => receive(bytes, file.map(File::create).transpose()?).await,
        _ => bail!(USAGE),
    }
}

async fn send(bytes: usize, file: Option<File>) -> Result<()> {
    let mut end = End::open().await?;
    end.describe(end.connection.create_offer(None).await?).await?;
    end.connection.set_remote_description(hear()?).await?;
    end.opened().await?;
    let started = Instant::now();
    if let Some(file) = file {
        let mut messages = read(file);
        while let Some(message) = messages.recv().await {
            end.channel.send(message).await?;
        }
    } else {
        let message = vec![0x5a; MESSAGE_BYTES];
        let mut left = bytes;
        while left > 0 {
            let length = left.min(MESSAGE_BYTES);
            end.channel.send(BytesMut::from(&message[..length])).await?;
            left -= length;
        }
    }
    end.message().await?;
    say(&started.elapsed().as_secs_f64().to_string())
}

async fn receive(bytes: usize, file: Option<File>) -> Result<()> {
    let mut end = End::open().await?;
    end.connection.set_remote_description(hear()?).await?;
    end.describe(end.connection.create_answer(None).await?).await?;
    end.opened().await?;
    let (give, messages) = mpsc::channel(WAITING);
    let writing = file.map(|file| thread::spawn(move || write(file, messages)));
    let mut received = 0;
    while received < bytes {
        let message = end.message().await?;
        received += message.len();
        if writing.is_some() {
            give.send(message).await?;
        }
    }
    drop(give);
    if let Some(writing) = writing {
        writing.join().expect("it does not panic")?;
    }
    end.channel.send(BytesMut::from(&b"all"[..])).await?;
    // Until whoever started it has heard the other.
    stdin().read_line(&mut String::new())?;
    Ok(())
}

/// Reads and hashes a file ahead of the network.
fn read(mut file: File) -> mpsc::Receiver<BytesMut> {
    let (give, messages) = mpsc::channel(WAITING);
    thread::spawn(move || {
        let mut hash = Sha256::new();
        let mut message = vec![0; MESSAGE_BYTES];
        // Where it cannot be read the other side waits in vain, and whoever measures gives up.
        while let Ok(length @ 1..) = file.read(&mut message) {
            hash.update(&message[..length]);
            if give.blocking_send(BytesMut::from(&message[..length])).is_err() {
                return;
            }
        }
        black_box(hash.finalize());
    });
    messages
}

/// Hashes and writes what comes, and brings it to the disk.
fn write(mut file: File, mut messages: mpsc::Receiver<BytesMut>) -> Result<()> {
    let mut hash = Sha256::new();
    while let Some(message) = messages.blocking_recv() {
        hash.update(&message);
        file.write_all(&message)?;
    }
    black_box(hash.finalize());
    Ok(file.sync_all()?)
}

/// One end of the connection.
struct End {
    connection: Arc<dyn PeerConnection>,
    channel: Arc<dyn DataChannel>,
    gathered: mpsc::UnboundedReceiver<()>,
    /// To be told that the channel is open.
    opened: Arc<AtomicBool>,
}

impl End {
    async fn open() -> Result<Self> {
        let (tell, gathered) = mpsc::unbounded_channel();
        let settings = SettingEngineBuilder::new()
            .with_include_loopback_candidate(true)
            .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(u32::try_from(MESSAGE_BYTES)?))
            .with_sctp_max_receive_buffer_size(receive_window())
            .build();
        let runtime = PeerRuntime::default();
        let opened = runtime.open();
        let builder = PeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_runtime(Arc::new(runtime))
            .with_handler(Arc::new(Handler(tell)))
            .with_udp_addrs(own_addresses())
            .with_data_channel_send_buffer_limit(SEND_BUFFER_BYTES);
        let connection: Arc<dyn PeerConnection> = Arc::new(Box::pin(builder.build()).await?);
        let negotiated = RTCDataChannelInit { negotiated: Some(0), ..Default::default() };
        let channel = connection.create_data_channel("bare", Some(negotiated)).await?;
        Ok(Self { connection, channel, gathered, opened })
    }

    /// Takes a description for its own and says it, once all candidates are in it.
    async fn describe(&mut self, description: RTCSessionDescription) -> Result<()> {
        self.connection.set_local_description(description).await?;
        self.gathered.recv().await;
        let own = self.connection.local_description().await.context("no description")?;
        say(&serde_json::to_string(&own)?)
    }

    async fn opened(&self) -> Result<()> {
        while !matches!(self.event().await?, DataChannelEvent::OnOpen) {}
        self.opened.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn message(&mut self) -> Result<BytesMut> {
        loop {
            if let DataChannelEvent::OnMessage(message) = self.event().await? {
                return Ok(message.data);
            }
        }
    }

    async fn event(&self) -> Result<DataChannelEvent> {
        match self.channel.poll().await {
            None | Some(DataChannelEvent::OnClose) => bail!("the channel has closed"),
            Some(event) => Ok(event),
        }
    }
}

struct Handler(mpsc::UnboundedSender<()>);

#[async_trait]
impl PeerConnectionEventHandler for Handler {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            let _ = self.0.send(());
        }
    }
}

fn say(line: &str) -> Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn hear() -> Result<RTCSessionDescription> {
    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}
