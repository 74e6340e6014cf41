//! Speaks to ClamAV's daemon, over TCP or a Unix socket: `INSTREAM` and `PING` of its protocol (`man clamd`, "COMMANDS"), each
//! on a line of its own. What it answers is heard while bytes are still being sent: it does not wait for the last of them to
//! say that they are too many.

use std::io;
use std::path::PathBuf;
use std::pin::pin;
use std::str::FromStr;
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, split};
use tokio::net::{TcpStream, UnixStream};
use tokio::time::timeout;
use tokio_util::either::Either;

use super::{NotScanned, Verdict, unreadable};

/// How long it may take to accept, and to say that it is there.
const PRESENCE: Duration = Duration::from_secs(3);
/// How long it may take none of the bytes that are sent.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long it may look, once it has all of them: its own limit (`MaxScanTime`) is two minutes unless it is told otherwise.
const LONGEST_LOOK: Duration = Duration::from_mins(10);
/// Bytes that an answer may have.
const MAX_ANSWER: u64 = 4096;
/// What begins the name of "this is more than I look at", which it says as if that were a virus (`AlertExceedsMax`).
const TOO_MUCH: &str = "Heuristics.Limits.Exceeded";

/// Where a ClamAV listens (`CLAMD_ADDRESS`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClamdPlace {
    /// `host:port`.
    Tcp(String),
    /// `unix:/path`, or the path alone.
    Socket(PathBuf),
}

impl FromStr for ClamdPlace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let path = text.strip_prefix("unix:").unwrap_or(text);
        if path.starts_with('/') {
            return Ok(Self::Socket(path.into()));
        }
        match text.rsplit_once(':') {
            Some((host, port)) if is_host(host) && port.parse().is_ok_and(|port: u16| port > 0) => {
                Ok(Self::Tcp(text.into()))
            }
            _ => Err("it must be of the form host:port, or unix:/path"),
        }
    }
}

/// A name or an address; one of IPv6 in brackets.
fn is_host(host: &str) -> bool {
    let is_bracketed = host.starts_with('[') && host.ends_with(']');
    !host.is_empty() && !host.contains(['/', ' ']) && (is_bracketed || !host.contains(':'))
}

/// A ClamAV.
pub(super) struct Clamd(ClamdPlace);

impl Clamd {
    pub(super) fn at(place: ClamdPlace) -> Self {
        Self(place)
    }

    /// Whether it is there.
    pub(super) async fn answers(&self) -> bool {
        let asked = async {
            let mut line = self.connect().await?;
            line.write_all(b"zPING\0").await?;
            answer(line).await
        };
        timeout(PRESENCE, asked).await.is_ok_and(|said| said.is_ok_and(|said| said == "PONG"))
    }

    /// Has it look at some content.
    pub(super) async fn look(
        &self,
        content: impl Stream<Item = io::Result<Bytes>>,
    ) -> Result<Verdict, NotScanned> {
        let line = timeout(PRESENCE, self.connect()).await.map_err(io::Error::from).flatten();
        let (reading, writing) = split(line.map_err(NotScanned::Away)?);
        let mut said = pin!(answer(reading));
        let said = tokio::select! {
            biased;
            early = &mut said => early,
            sent = send(writing, content) => {
                // Where it takes no more, it has said why.
                sent?;
                timeout(LONGEST_LOOK, said).await.map_err(io::Error::from).flatten()
            }
        };
        verdict(&said.map_err(|cause| NotScanned::Refused(cause.to_string()))?)
    }

    async fn connect(&self) -> io::Result<Either<TcpStream, UnixStream>> {
        Ok(match &self.0 {
            ClamdPlace::Tcp(address) => Either::Left(TcpStream::connect(address).await?),
            ClamdPlace::Socket(path) => Either::Right(UnixStream::connect(path).await?),
        })
    }
}

/// Sends content in chunks, each behind its length, and a last one of none; or as much of it as is taken.
async fn send(
    mut line: impl AsyncWrite + Unpin,
    content: impl Stream<Item = io::Result<Bytes>>,
) -> Result<(), NotScanned> {
    let mut content = pin!(content);
    let mut is_taken = takes(&mut line, b"zINSTREAM\0").await?;
    while is_taken && let Some(piece) = content.try_next().await.map_err(unreadable)? {
        // One of none would be the end.
        if !piece.is_empty() {
            is_taken = takes(&mut line, &chunk(&piece)?).await?;
        }
    }
    if is_taken {
        takes(&mut line, &[0; 4]).await?;
    }
    Ok(())
}

/// Whether it takes these bytes. Where it does not, it has closed the line, and what it has said before can still be read.
async fn takes(line: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<bool, NotScanned> {
    match timeout(PATIENCE, line.write_all(bytes)).await {
        Ok(written) => Ok(written.is_ok()),
        Err(too_slow) => Err(NotScanned::Refused(too_slow.to_string())),
    }
}

fn chunk(piece: &Bytes) -> Result<Vec<u8>, NotScanned> {
    let length = u32::try_from(piece.len());
    let length = length.map_err(|_| NotScanned::Refused("a piece is too large".into()))?;
    Ok([&length.to_be_bytes()[..], piece].concat())
}

/// What it says, up to the character that ends it.
async fn answer(line: impl AsyncRead + Unpin) -> io::Result<String> {
    let (mut line, mut said) = (line.take(MAX_ANSWER), Vec::new());
    while !said.ends_with(b"\0") {
        if line.read_buf(&mut said).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    said.pop();
    String::from_utf8(said).map_err(|_| io::ErrorKind::InvalidData.into())
}

fn verdict(said: &str) -> Result<Verdict, NotScanned> {
    let about = said.strip_prefix("stream: ").unwrap_or(said);
    if about == "OK" {
        return Ok(Verdict::Clean);
    }
    match about.strip_suffix(" FOUND") {
        Some(found) if found.starts_with(TOO_MUCH) => Ok(Verdict::Unscanned),
        Some(found) if !found.is_empty() => Ok(Verdict::Infected { found: found.into() }),
        _ if about.starts_with("INSTREAM size limit exceeded") => Ok(Verdict::Unscanned),
        _ => Err(NotScanned::Refused(format!("{said:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_with_a_port_or_a_path() {
        for (text, host) in [("clamav:3310", true), ("[::1]:3310", true), ("192.0.2.1:1", true)] {
            assert_eq!(text.parse() == Ok(ClamdPlace::Tcp(text.into())), host, "{text}");
        }
        let socket = ClamdPlace::Socket("/run/clamd.ctl".into());
        assert_eq!("unix:/run/clamd.ctl".parse(), Ok(socket.clone()));
        assert_eq!("/run/clamd.ctl".parse(), Ok(socket));
        for text in
            ["", "clamav", "clamav:", ":3310", "clamav:0", "::1:3310", "unix:run", "http://a:1"]
        {
            assert!(text.parse::<ClamdPlace>().is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_but_its_word_makes_something_clean() {
        assert_eq!(verdict("stream: OK").unwrap(), Verdict::Clean);
        let infected = Verdict::Infected { found: "Win.Test".into() };
        assert_eq!(verdict("stream: Win.Test FOUND").unwrap(), infected);
        for said in [
            "stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND",
            "INSTREAM size limit exceeded. ERROR",
        ] {
            assert_eq!(verdict(said).unwrap(), Verdict::Unscanned, "{said}");
        }
        for said in [
            "",
            "OK?",
            "stream: ",
            "stream:  FOUND",
            "stream: Can't allocate memory ERROR",
            "UNKNOWN COMMAND",
        ] {
            assert!(matches!(verdict(said), Err(NotScanned::Refused(_))), "{said}");
        }
    }
}
