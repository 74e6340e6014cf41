//! Fetches one file: over as many connections as it takes, with what has come kept, and its digest checked in the end.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::StreamExt;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, RANGE};
use reqwest::{Method, Response, StatusCode, Url};
use sharesync_protocol::api::{ContentDigest, Sha256Digest};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::part::Part;
use super::source::Wanted;
use crate::api::Api;
use crate::config::Places;
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Passing, Result};
use crate::output::Progress;
use crate::persistence::{Patience, persist, persist_if};
use crate::saved_digest::SavedDigest;

/// How long nothing may come.
const STALLED: Duration = Duration::from_mins(1);
/// Bytes after which a line that was lost counts as one that worked.
const WORTH_A_LINE: u64 = 1024 * 1024;

/// What was fetched.
pub struct Fetched {
    /// Whether its digest is known to be right; the server knows none of what went past it.
    pub verified: bool,
}

/// A file that is here whole, beside its place, and has no name yet.
pub struct Whole {
    part: Part,
    verified: bool,
}

impl Whole {
    /// Has it on the disk for good.
    pub fn sync(&self) -> Result<()> {
        self.part.sync()
    }

    /// Gives it a name in its folder, for good, unless something has that. Answers whether it has it now.
    pub fn name(&self, place: &Path) -> Result<bool> {
        self.part.name(place)
    }
}

/// Fetches a file to a place.
pub async fn fetch(api: &Api, wanted: &Wanted, place: &Path, places: &Places) -> Result<Fetched> {
    let Whole { part, verified } = fetch_whole(api, wanted, place, places).await?;
    part.finish()?;
    Ok(Fetched { verified })
}

/// Fetches a file for a place, and leaves it to whoever asks to give it its name.
pub async fn fetch_whole(
    api: &Api,
    wanted: &Wanted,
    place: &Path,
    places: &Places,
) -> Result<Whole> {
    let part = Part::open(places, place, wanted.source.identity(api))?;
    let shown = place.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let progress = api.output().progress(&shown, Some(wanted.size));
    let mut address = wanted.source.address(api).await?;
    let expected = expected(api, wanted, &address).await?;
    let mut digest = SavedDigest::new(expected.and_then(|digest| digest.part_size()));
    let mut getting = Getting { part, wanted, progress: &progress };
    getting.part.digest(&mut digest)?;
    let mut digest = Some(digest);
    let mut has_renewed = false;
    while getting.part.length() < wanted.size {
        let got = {
            let state = Mutex::new((&mut getting, &mut digest));
            let attempt = || async {
                let mut state = state.lock().await;
                let (getting, digest) = &mut *state;
                getting.go_on(api, &address, digest, expected.as_ref()).await
            };
            persist_if(api.output(), Patience::Transfer, |_| false, attempt).await
        };
        match got {
            Ok(()) => {}
            // An address lasts minutes, and a large file may take longer.
            Err(failure) if is_over(&failure) && !has_renewed && getting.part.length() > 0 => {
                address = wanted.source.address(api).await?;
                has_renewed = true;
                continue;
            }
            Err(failure) => return Err(failure),
        }
        has_renewed = false;
    }
    let Getting { part, .. } = getting;
    let is_right = match (&expected, digest) {
        (Some(expected), Some(digest)) => part.length() == wanted.size && digest.is(expected),
        _ => part.length() == wanted.size,
    };
    if !is_right {
        part.discard();
        return Err(Failure::damaged(
            "what arrived is not what its digest says: nothing is kept of it",
        ));
    }
    Ok(Whole { part, verified: expected.is_some() })
}

/// Fetches a file to standard output. What has gone there cannot be taken back: that it was not right is said in the end.
pub async fn fetch_to(api: &Api, wanted: &Wanted, output: &mut impl Write) -> Result<Fetched> {
    let progress = api.output().progress(&wanted.name, Some(wanted.size));
    let address = wanted.source.address(api).await?;
    let expected = expected(api, wanted, &address).await?;
    let mut digest = SavedDigest::new(expected.and_then(|digest| digest.part_size()));
    let get = || async { api.send(api.request_at(Method::GET, address.clone())).await };
    let response = persist(api.output(), Patience::Call, get).await?;
    let mut pieces = response.bytes_stream();
    let mut come = 0;
    while let Some(piece) = next(&mut pieces).await? {
        digest.update(&piece);
        come += piece.len() as u64;
        output.write_all(&piece).map_err(|error| match error.kind() {
            std::io::ErrorKind::BrokenPipe => Failure::new(ExitCode::Done, "closed", ""),
            _ => Failure::local("write to standard output", error),
        })?;
        progress.set(come);
    }
    output.flush().map_err(|error| Failure::local("write to standard output", error))?;
    if come != wanted.size || expected.is_some_and(|expected| !digest.is(&expected)) {
        return Err(Failure::damaged("what arrived is not what its digest says"));
    }
    Ok(Fetched { verified: expected.is_some() })
}

/// By what the content is known: what the server says of it, or with it (RFC 9530 §3).
async fn expected(api: &Api, wanted: &Wanted, address: &Url) -> Result<Option<ContentDigest>> {
    if wanted.digest.is_some() {
        return Ok(wanted.digest);
    }
    let ask =
        || async { api.send(api.request_at(Method::HEAD, address.clone()).timeout(STALLED)).await };
    let response = persist(api.output(), Patience::Call, ask).await?;
    Ok(digest_in(response.headers()).map(ContentDigest::Whole))
}

fn digest_in(headers: &HeaderMap) -> Option<Sha256Digest> {
    let field = headers.get("repr-digest")?.to_str().ok()?;
    let of_sha256 = |item: &str| {
        let digest = item.trim().strip_prefix("sha-256=:")?.strip_suffix(':')?;
        STANDARD.decode(digest).ok()?.try_into().ok().map(Sha256Digest)
    };
    field.split(',').find_map(of_sha256)
}

/// Whether an address does not work any more.
fn is_over(failure: &Failure) -> bool {
    matches!(failure.status(), Some(403 | 410))
}

/// A file that is being fetched.
struct Getting<'a> {
    part: Part,
    wanted: &'a Wanted,
    progress: &'a Progress,
}

impl Getting<'_> {
    /// Fetches what is missing, over one connection.
    async fn go_on(
        &mut self,
        api: &Api,
        address: &Url,
        digest: &mut Option<SavedDigest>,
        expected: Option<&ContentDigest>,
    ) -> Result<()> {
        let have = self.part.length();
        let mut request = api.request_at(Method::GET, address.clone());
        if let Some(etag) = self.part.etag().filter(|_| have > 0) {
            request = request.header(RANGE, format!("bytes={have}-")).header(IF_RANGE, etag);
        }
        let response = api.send(request).await?;
        let etag = strong_etag(response.headers());
        let goes_on = response.status() == StatusCode::PARTIAL_CONTENT
            && first_byte(&response) == Some(have)
            // A storage that does not know `If-Range` sends what is there now.
            && etag.is_some() && etag.as_deref() == self.part.etag();
        if !goes_on {
            if response.status() == StatusCode::PARTIAL_CONTENT {
                // It is another content: all of it is to be asked for.
                self.part.restart(None)?;
                *digest = Some(SavedDigest::new(expected.and_then(ContentDigest::part_size)));
                return Ok(());
            }
            let length = response
                .headers()
                .get(CONTENT_LENGTH)
                .and_then(|it| it.to_str().ok()?.parse::<u64>().ok());
            if length.is_some_and(|length| length != self.wanted.size) {
                return Err(Failure::damaged("what arrives has another length than the file"));
            }
            // Without a tag nothing is gone on with later.
            self.part.restart(etag)?;
            *digest = Some(SavedDigest::new(expected.and_then(ContentDigest::part_size)));
        }
        let begun_at = self.part.length();
        let mut pieces = response.bytes_stream();
        self.progress.set(begun_at);
        loop {
            let piece = match next(&mut pieces).await {
                Ok(Some(piece)) => piece,
                Ok(None) => break,
                // A line that brought something is no line that brings nothing: it is made anew at once.
                Err(_) if self.part.length() - begun_at >= WORTH_A_LINE => return Ok(()),
                Err(failure) => return Err(failure),
            };
            if self.part.length() + piece.len() as u64 > self.wanted.size {
                return Err(Failure::damaged("more arrives than the file has"));
            }
            self.part.append(&piece)?;
            if let Some(digest) = digest {
                digest.update(&piece);
            }
            self.progress.set(self.part.length());
        }
        if self.part.length() < self.wanted.size {
            let failure = Failure::new(ExitCode::Unreachable, "unreachable", "the line was lost");
            return Err(Failure { passing: Passing::Lost, ..failure });
        }
        Ok(())
    }
}

/// The next piece of a body; a line on which nothing comes is lost.
async fn next<B>(
    pieces: &mut (impl futures_util::Stream<Item = reqwest::Result<B>> + Unpin),
) -> Result<Option<B>> {
    match timeout(STALLED, pieces.next()).await {
        Ok(None) => Ok(None),
        Ok(Some(Ok(piece))) => Ok(Some(piece)),
        Ok(Some(Err(error))) => Err(Failure::unanswered(&error.without_url())),
        Err(_) => {
            let failure = Failure::new(ExitCode::Unreachable, "unreachable", "the line is dead");
            Err(Failure { passing: Passing::Lost, ..failure })
        }
    }
}

/// The tag that tells the bytes from any others; a weak one (RFC 9110 §8.8.1) does not.
fn strong_etag(headers: &HeaderMap) -> Option<String> {
    let etag = headers.get(ETAG)?.to_str().ok()?;
    etag.starts_with('"').then(|| etag.to_owned())
}

/// Where a range begins (RFC 9110 §14.4).
fn first_byte(response: &Response) -> Option<u64> {
    let range = response.headers().get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")?.split('-').next()?.parse().ok()
}
