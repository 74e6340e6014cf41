//! Bytes of an object on their way from the bucket: as they are there, or out of encrypted segments. Made by the store.

use std::future::ready;
use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::future::Either;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use sharesync_bucket::Bucket;

use super::object::BLOCK_BYTES;
use super::segments::{self, STORED, SegmentKey};

/// An object in the bucket.
pub(super) struct Remote {
    /// What it is called there.
    pub(super) name: String,
    /// Bytes of its content.
    pub(super) size: u64,
    /// What its segments are encrypted with, where it is.
    pub(super) key: Option<SegmentKey>,
}

impl Remote {
    /// Bytes from `from` up to `to`, the first of them before this returns. [`Damaged`](super::Damaged) where a segment is
    /// not what was put there; whether bytes that are not encrypted are, the bucket looks after.
    pub(super) async fn read(
        self,
        bucket: &Bucket,
        from: u64,
        to: u64,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let mut pieces = match self.key {
            None => Either::Left(Box::pin(bucket.read(&self.name, from, to)).await?),
            Some(key) => {
                let start = from / BLOCK_BYTES * BLOCK_BYTES;
                let end = self.size.min(to.next_multiple_of(BLOCK_BYTES));
                let (stored_from, stored_to) = segments::stored_range(start, end);
                let stored = Box::pin(bucket.read(&self.name, stored_from, stored_to)).await?;
                let opening = Opening { stored, key, gathered: BytesMut::new(), at: start };
                Either::Right(Box::pin(opening.content(from, to)))
            }
        };
        let first = pieces.try_next().await?;
        Ok(stream::iter(first.map(Ok)).chain(pieces))
    }
}

/// Segments opened together, so that whatever is asked for first is known to be whole before anything is answered.
const RUN: usize = 4 * STORED;

/// Encrypted segments that come, and their content.
struct Opening<S> {
    stored: S,
    key: SegmentKey,
    /// What has come of segments that are not whole yet.
    gathered: BytesMut,
    /// Where the content of the next one begins.
    at: u64,
}

impl<S: Stream<Item = io::Result<Bytes>> + Unpin> Opening<S> {
    /// The content of all of them, without what lies before `from` or behind `to`.
    fn content(self, from: u64, to: u64) -> impl Stream<Item = io::Result<Bytes>> {
        stream::try_unfold(self, async |mut opening| {
            Ok(opening.next().await?.map(|content| (content, opening)))
        })
        .map_ok(move |(at, content)| {
            let end = at + content.len() as u64;
            let place = |byte: u64| {
                usize::try_from(byte.clamp(at, end) - at).expect("a segment is in memory")
            };
            content.slice(place(from)..place(to))
        })
        .try_filter(|content| ready(!content.is_empty()))
    }

    /// The content of the next whole segments, or of the last one; and where it begins.
    async fn next(&mut self) -> io::Result<Option<(u64, Bytes)>> {
        while self.gathered.len() < RUN
            && let Some(bytes) = self.stored.try_next().await?
        {
            self.gathered.extend_from_slice(&bytes);
        }
        if self.gathered.is_empty() {
            return Ok(None);
        }
        let mut stored = self.gathered.split_to(RUN.min(self.gathered.len()));
        let content = Bytes::from(segments::open(&self.key, self.at, &mut stored)?);
        let at = self.at;
        self.at += content.len() as u64;
        Ok(Some((at, content)))
    }
}
