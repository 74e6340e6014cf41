//! Sends what is missing of a file, in parts, several at a time; what is there already is compared and not sent again.

use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::stream;
use reqwest::header::CONTENT_LENGTH;
use reqwest::{Body, Method, Url};
use sha2::{Digest, Sha256};
use sharesync_protocol::api::{
    PartAddress, PartAddresses, ProblemCode, RequestParts, Sha256Digest, UploadDetails, WantedPart,
};
use tokio::sync::Semaphore;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;
use tokio_util::bytes::Bytes;

use super::source::{CHANGED, Source};
use crate::api::{Api, read};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Passing, Result};
use crate::output::Progress;
use crate::persistence::{Patience, persist_if};
use crate::saved_digest::digest_of;

/// Parts on their way at the same time: one alone would leave the line empty while it is stored.
const AT_ONCE: usize = 3;
/// Bytes that are handed to the line at once, and counted when they are.
const PIECE: usize = 64 * 1024;
/// How long nothing may move.
const STALLED: Duration = Duration::from_mins(1);

/// Digests of what was sent.
pub struct Sent {
    /// Of all of it.
    pub whole: Sha256Digest,
    /// Of the digests of its parts.
    pub parts: Sha256Digest,
}

/// Sends them.
pub async fn send_missing(
    api: &Api,
    file: &File,
    source: &Source,
    upload: &UploadDetails,
) -> Result<Sent> {
    let session = &upload.session;
    let there: HashMap<u32, Sha256Digest> =
        upload.parts.iter().map(|part| (part.number, part.sha256)).collect();
    let progress = Arc::new(api.output().progress(&source.shown(), Some(session.size)));
    let path: Arc<str> = format!("/api/uploads/{}/parts", session.id).into();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let part_size = session.part_size.unwrap_or(session.size).max(1);
    let mut reader = Some(Reader::new(file, &source.path, part_size, session.size)?);
    // Aborted when this ends early: where one part fails for good, the others need not go on.
    let mut sending = JoinSet::new();
    for number in 1.. {
        // Before the part is read, so that no more lie in memory than are on their way.
        let turn = Arc::clone(&turns).acquire_owned().await.expect("it is never closed");
        while let Some(sent) = sending.try_join_next() {
            joined(sent)?;
        }
        let mut reading = reader.take().expect("it is put back after each part");
        let step = spawn_blocking(move || {
            let part = reading.next();
            (reading, part)
        });
        let (reading, part) = step.await.map_err(|error| Failure::local("read", error))?;
        reader = Some(reading);
        let Some((bytes, sha256)) = part? else { break };
        if there.get(&number) == Some(&sha256) {
            progress.add(length(&bytes));
            continue;
        }
        let (api, path, progress) = (api.clone(), Arc::clone(&path), Arc::clone(&progress));
        sending.spawn(async move {
            let _turn = turn;
            send(&api, &path, WantedPart { number, sha256: Some(sha256) }, bytes, &progress).await
        });
    }
    while let Some(sent) = sending.join_next().await {
        joined(sent)?;
    }
    Ok(reader.expect("it is put back after each part").end())
}

fn joined(sent: std::result::Result<Result<()>, tokio::task::JoinError>) -> Result<()> {
    sent.unwrap_or_else(|error| Err(Failure::local("send a part", error)))
}

/// Sends one part, as often as it takes.
async fn send(
    api: &Api,
    path: &str,
    part: WantedPart,
    bytes: Bytes,
    progress: &Progress,
) -> Result<()> {
    let attempt = || async {
        let gone = Gone::new(progress);
        let wanted = RequestParts { parts: vec![part] };
        let request = api.request(Method::POST, path).json(&wanted).timeout(STALLED);
        let addresses: PartAddresses = read(api.send(request).await?).await?;
        let address = addresses.parts.into_iter().next().ok_or_else(|| {
            Failure::new(ExitCode::Failed, "unexpected_answer", "the server names no address")
        })?;
        put(api, address, bytes.clone(), &gone).await?;
        gone.keep(length(&bytes));
        Ok(())
    };
    persist_if(api.output(), Patience::Transfer, may_pass, attempt).await
}

/// Whether the same may succeed later. 408, 409 and 410 end an attempt, not the file: the line was too slow, or another
/// sent the same part, or the part's address was too old. A bucket answers 400 where bytes were damaged on their way, or
/// came too slowly, and 403 where the address was too old.
fn may_pass(failure: &Failure) -> bool {
    if failure.is(ProblemCode::UploadIncomplete) || failure.is(ProblemCode::TooMany) {
        return false;
    }
    if failure.is(ProblemCode::ChecksumMismatch) {
        return true;
    }
    let Some(answer) = failure.answer else { return false };
    match answer.status.as_u16() {
        400 | 403 => answer.problem.is_none(),
        408 | 409 | 410 | 500 => true,
        _ => false,
    }
}

/// Sends a part's bytes to an address of its.
async fn put(api: &Api, address: PartAddress, bytes: Bytes, gone: &Gone<'_>) -> Result<()> {
    let unexpected = |message: &str| Failure::new(ExitCode::Failed, "unexpected_answer", message);
    let url = Url::parse(&address.url);
    let url = url.map_err(|_| unexpected("the server names an address that is none"))?;
    if address.size != bytes.len() as u64 {
        return Err(unexpected("the server expects a part of another size"));
    }
    let counted = gone.counter();
    let size = bytes.len();
    let pieces = (0..size).step_by(PIECE).map(move |from| {
        let piece = bytes.slice(from..size.min(from + PIECE));
        counted.fetch_add(piece.len() as u64, Ordering::Relaxed);
        Ok::<_, std::io::Error>(piece)
    });
    let mut request = api.request_at(Method::PUT, url);
    for (name, value) in &address.headers {
        request = request.header(name, value);
    }
    let request =
        request.header(CONTENT_LENGTH, size).body(Body::wrap_stream(stream::iter(pieces)));
    let mut sending = std::pin::pin!(api.send(request));
    // Watched in turns, so that the progress is shown and a line that is dead is given up.
    let (mut before, mut still) = (0, Duration::ZERO);
    let turn = Duration::from_millis(200);
    loop {
        if let Ok(sent) = timeout(turn, &mut sending).await {
            return sent.map(drop);
        }
        let now = gone.show();
        still = if now == before { still + turn } else { Duration::ZERO };
        before = now;
        if still >= STALLED {
            let failure = Failure::new(ExitCode::Unreachable, "unreachable", "the line is dead");
            return Err(Failure { passing: Passing::Lost, ..failure });
        }
    }
}

/// Bytes of a part that have gone in an attempt; where that fails, they have not.
struct Gone<'a> {
    progress: &'a Progress,
    counter: Arc<AtomicU64>,
    shown: AtomicU64,
}

impl<'a> Gone<'a> {
    fn new(progress: &'a Progress) -> Self {
        Self { progress, counter: Arc::default(), shown: AtomicU64::new(0) }
    }

    fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.counter)
    }

    /// Shows how many have gone, and answers that.
    fn show(&self) -> u64 {
        let now = self.counter.load(Ordering::Relaxed);
        let before = self.shown.swap(now, Ordering::Relaxed);
        self.progress.add(now.cast_signed() - before.cast_signed());
        now
    }

    /// They are there.
    fn keep(self, bytes: i64) {
        let before = self.shown.swap(0, Ordering::Relaxed);
        self.progress.add(bytes - before.cast_signed());
    }
}

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.progress.add(-self.shown.load(Ordering::Relaxed).cast_signed());
    }
}

fn length(bytes: &Bytes) -> i64 {
    i64::try_from(bytes.len()).unwrap_or(i64::MAX)
}

/// Reads a file part by part, and takes digests of each and of all.
struct Reader {
    file: File,
    name: std::path::PathBuf,
    part_size: u64,
    left: u64,
    whole: Sha256,
    parts: Sha256,
}

impl Reader {
    fn new(file: &File, name: &std::path::Path, part_size: u64, size: u64) -> Result<Self> {
        let failed = |error| Failure::file("read", name, &error);
        let mut file = file.try_clone().map_err(failed)?;
        // A second look reads from the beginning.
        std::io::Seek::rewind(&mut file).map_err(failed)?;
        let (whole, parts) = (Sha256::new(), Sha256::new());
        Ok(Self { file, name: name.to_owned(), part_size, left: size, whole, parts })
    }

    fn next(&mut self) -> Result<Option<(Bytes, Sha256Digest)>> {
        if self.left == 0 {
            return Ok(None);
        }
        let size = self.part_size.min(self.left);
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
        self.file.read_exact(&mut bytes).map_err(|error| match error.kind() {
            std::io::ErrorKind::UnexpectedEof => {
                let message = "it was changed while it was sent: send it again";
                Failure::new(ExitCode::LocalFile, CHANGED, message)
            }
            _ => Failure::file("read", &self.name, &error),
        })?;
        self.left -= size;
        self.whole.update(&bytes);
        let sha256: [u8; 32] = Sha256::digest(&bytes).into();
        self.parts.update(sha256);
        Ok(Some((bytes.into(), Sha256Digest(sha256))))
    }

    fn end(self) -> Sent {
        Sent { whole: digest_of(self.whole), parts: digest_of(self.parts) }
    }
}
