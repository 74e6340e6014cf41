//! A connection to one other native member by TCP (docs/PROTOCOL.md, "TCP between native peers"): faster than anything over UDP where one
//! of the two can be reached. Both listen and both dial; the side that connects takes the first that comes about. Made by `Ladder`.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BufMut, Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ServerConfig};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{sleep, timeout};
use tokio_rustls::{TlsAcceptor, TlsConnector, TlsStream};
use tokio_util::codec::{Decoder, Encoder, Framed, LengthDelimitedCodec};
use tokio_util::sync::DropGuard;

use crate::channels::{Channels, Path};
use crate::pipe::{EndedBy, MAX_MESSAGE_BYTES, Pipe, PipeEnd, PipeMessage};
use crate::tcp_door::{TcpAddresses, TcpDoor, accept};

/// How long the two may take to find each other.
const MEET_TIMEOUT: Duration = Duration::from_secs(10);
/// How long whoever comes may take to show who it is.
const GREETING_TIMEOUT: Duration = Duration::from_secs(3);
/// How long nobody is let in after that failed.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long nothing may be heard before it is asked whether the other side is there, and how often then.
const IDLE_BEFORE_PROBE: Duration = Duration::from_secs(10);
const PROBE_EVERY: Duration = Duration::from_secs(5);
/// Connections that may be on their way at once, whoever they are from or to.
const MOST_TRIES: usize = 32;
/// Says that this connection is the one; the first message of the side that chooses.
const CHOSEN: u8 = 2;

type Line = Framed<TlsStream<TcpStream>, MessageCodec>;

/// What a link by TCP tells.
pub(crate) enum TcpEvent {
    /// It stands.
    Open(Channels),
    /// It could not be made, or is gone; nothing follows. `closed` when the other side ended it in order.
    Lost { closed: bool },
}

/// A connection by TCP. Dropped, it closes once what was said has left, and the other side may seek another.
pub(crate) struct TcpLink {
    end: PipeEnd,
    _guard: DropGuard,
    ended: JoinHandle<()>,
}

impl TcpLink {
    /// Meets the other member, which knows of our door; `chooses` says which side takes one connection of several.
    pub(crate) fn start(
        door: TcpDoor,
        theirs: TcpAddresses,
        chooses: bool,
        events: mpsc::Sender<TcpEvent>,
    ) -> Self {
        let end = PipeEnd::default();
        let wanted = end.clone();
        let ended = tokio::spawn(async move {
            let ended = run(door, theirs, chooses, &events, &wanted).await;
            let closed = matches!(ended, Ok(EndedBy::Them));
            let _ = events.send(TcpEvent::Lost { closed }).await;
        });
        Self { _guard: end.drop_guard(), end, ended }
    }

    /// Closes it because we leave; returns once what was said has left, or has had long enough.
    pub(crate) async fn finish(self) {
        self.end.say_farewell();
        // It does not panic, and nobody aborts it.
        let _ = self.ended.await;
    }
}

async fn run(
    door: TcpDoor,
    theirs: TcpAddresses,
    chooses: bool,
    events: &mpsc::Sender<TcpEvent>,
    end: &PipeEnd,
) -> io::Result<EndedBy> {
    let line = tokio::select! {
        met = timeout(MEET_TIMEOUT, meet(door, theirs, chooses)) => met??,
        () = end.wanted() => return Ok(EndedBy::Us),
    };
    let (channels, pipe) = Pipe::new(Path::Direct);
    let _ = events.send(TcpEvent::Open(channels)).await;
    let (sink, stream) = line.split();
    pipe.run(sink, stream, end).await
}

/// The connection that the two agree on.
async fn meet(door: TcpDoor, theirs: TcpAddresses, chooses: bool) -> io::Result<Line> {
    let TcpDoor { identity, listeners } = door;
    let (client, server) = identity.with(theirs.fingerprint).map_err(io::Error::other)?;
    let mut tries = JoinSet::new();
    for address in theirs.addresses {
        tries.spawn(dial(address, Arc::clone(&client), chooses));
    }
    let mut line = loop {
        tokio::select! {
            accepted = accept(&listeners), if tries.len() < MOST_TRIES => match accepted {
                Ok(stream) => drop(tries.spawn(answer(stream, Arc::clone(&server), chooses))),
                // Whoever came has left already, or there are no more sockets for now.
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
            // Of those that fail nobody hears: they may be somebody else's.
            Some(tried) = tries.join_next() => if let Ok(Ok(line)) = tried {
                break line;
            },
        }
    };
    if chooses {
        line.send((CHOSEN, Bytes::new())).await?;
    }
    Ok(line)
}

async fn dial(address: SocketAddr, tls: Arc<ClientConfig>, chooses: bool) -> io::Result<Line> {
    let stream = TcpStream::connect(address).await?;
    prepare(&stream)?;
    let name = ServerName::from(address.ip());
    let stream = TlsConnector::from(tls).connect(name, stream).await?;
    line_of(stream.into(), chooses).await
}

async fn answer(stream: TcpStream, tls: Arc<ServerConfig>, chooses: bool) -> io::Result<Line> {
    prepare(&stream)?;
    let stream = timeout(GREETING_TIMEOUT, TlsAcceptor::from(tls).accept(stream)).await??;
    line_of(stream.into(), chooses).await
}

/// What is said is short, and waited for; and where nothing is said for long, a way that is gone has to be noticed.
fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new().with_time(IDLE_BEFORE_PROBE).with_interval(PROBE_EVERY);
    SockRef::from(stream).set_tcp_keepalive(&keepalive)
}

/// A line that may be the one; to the side that does not choose, one that is.
async fn line_of(stream: TlsStream<TcpStream>, chooses: bool) -> io::Result<Line> {
    let mut line = Framed::new(stream, MessageCodec::default());
    if chooses {
        return Ok(line);
    }
    match line.next().await {
        Some(Ok((CHOSEN, _))) => Ok(line),
        Some(Err(error)) => Err(error),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// Messages of a pipe in a stream of bytes: a length (32 bits, big-endian), the channel, what is said.
struct MessageCodec(LengthDelimitedCodec);

impl Default for MessageCodec {
    fn default() -> Self {
        Self(LengthDelimitedCodec::builder().max_frame_length(1 + MAX_MESSAGE_BYTES).new_codec())
    }
}

impl Encoder<PipeMessage> for MessageCodec {
    type Error = io::Error;

    fn encode(&mut self, (kind, message): PipeMessage, buffer: &mut BytesMut) -> io::Result<()> {
        // By itself the codec would want both in one piece, and so a copy more.
        let length = u32::try_from(1 + message.len()).map_err(io::Error::other)?;
        buffer.reserve(4 + 1 + message.len());
        buffer.put_u32(length);
        buffer.put_u8(kind);
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for MessageCodec {
    type Item = PipeMessage;
    type Error = io::Error;

    fn decode(&mut self, buffer: &mut BytesMut) -> io::Result<Option<PipeMessage>> {
        let Some(frame) = self.0.decode(buffer)? else { return Ok(None) };
        let mut message = frame.freeze();
        let kind = message.try_get_u8().map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(Some((kind, message)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(bytes: &[u8]) -> io::Result<Option<PipeMessage>> {
        MessageCodec::default().decode(&mut BytesMut::from(bytes))
    }

    #[test]
    fn a_message_is_its_length_its_kind_and_what_it_says() {
        let mut buffer = BytesMut::new();
        let message = (1, Bytes::from_static(b"abc"));
        MessageCodec::default().encode(message.clone(), &mut buffer).unwrap();
        assert_eq!(&buffer[..], b"\0\0\0\x04\x01abc");
        assert_eq!(decode(&buffer).unwrap(), Some(message));
        assert_eq!(decode(&buffer[..7]).unwrap(), None);
        assert_eq!(decode(b"\0\0\0\x01\x02").unwrap(), Some((CHOSEN, Bytes::new())));
    }

    #[test]
    fn what_is_no_message_is_an_error_before_it_is_there() {
        assert!(decode(b"\0\0\0\0").is_err(), "of no kind");
        assert!(decode(b"\0\x03\0\x01").unwrap().is_none(), "as long as it may be");
        assert!(decode(b"\0\x03\0\x02").is_err(), "longer than it may be");
        assert!(decode(b"GET / HTTP/1.1\r\n").is_err());
    }
}
