//! Content on its way out, counted, and what has left of it recorded. Called by the content handler and by archives.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_util::Stream;
use uuid::Uuid;

use crate::app::AppState;
use crate::db::download;

/// Writes down that bytes `from..to` of a download of `size` bytes have left, and tells whoever wants to know.
pub async fn record(app: &AppState, download: Uuid, from: u64, to: u64, size: u64) {
    match download::delivered(&app.db, download, from, to, size, app.clock.now_ms()).await {
        Ok(true) => app.mail_waits.notify_one(),
        Ok(false) => {}
        Err(cause) => tracing::error!(%cause, "a delivery could not be recorded"),
    }
    app.events.delivered(download).await;
}

/// Writes down that a download of `size` bytes was sent to fetch them from the bucket: whether it does, nobody hears.
pub async fn record_direct(app: &AppState, download: Uuid, size: u64) {
    if let Err(cause) = download::directed(&app.db, download).await {
        tracing::error!(%cause, "a delivery could not be recorded");
    }
    record(app, download, 0, size, size).await;
}

/// Pieces of bytes `from..to` of something. When they have all left, or when their taker has gone, `record` is told
/// which of them did.
pub struct Counted<S, F: FnOnce(u64, u64)> {
    pieces: Pin<Box<S>>,
    from: u64,
    at: u64,
    to: u64,
    record: Option<F>,
}

impl<S, F: FnOnce(u64, u64)> Counted<S, F> {
    /// Nothing has left yet.
    pub fn new(pieces: S, from: u64, to: u64, record: F) -> Self {
        Self { pieces: Box::pin(pieces), from, at: from, to, record: Some(record) }
    }
}

impl<S, F> Stream for Counted<S, F>
where
    S: Stream<Item = io::Result<Bytes>>,
    F: FnOnce(u64, u64) + Unpin,
{
    type Item = io::Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(match ready!(self.pieces.as_mut().poll_next(cx)) {
            Some(Ok(bytes)) => {
                self.at += bytes.len() as u64;
                Some(Ok(bytes))
            }
            // What follows in an archive must not slip into the place of what is missing.
            None if self.at < self.to => Some(Err(io::ErrorKind::UnexpectedEof.into())),
            ended_or_failed => ended_or_failed,
        })
    }
}

impl<S, F: FnOnce(u64, u64)> Drop for Counted<S, F> {
    fn drop(&mut self) {
        if let Some(record) = self.record.take() {
            record(self.from, self.at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures_util::{StreamExt, stream};

    use super::*;

    fn pieces(pieces: &[&'static [u8]]) -> impl Stream<Item = io::Result<Bytes>> + use<> {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece))).collect();
        stream::iter(pieces)
    }

    #[tokio::test]
    async fn what_has_left_is_told_once_its_taker_has_enough() {
        let told = Cell::new(None);
        let mut counted = Counted::new(pieces(&[b"abc", b"de"]), 10, 15, |from, to| {
            told.set(Some((from, to)));
        });
        assert_eq!(counted.next().await.unwrap().unwrap(), "abc");
        assert_eq!(told.get(), None);
        drop(counted);
        assert_eq!(told.get(), Some((10, 13)));
    }

    #[tokio::test]
    async fn less_than_there_should_be_is_not_an_end() {
        let whole = Counted::new(pieces(&[b"abc"]), 0, 3, |_, _| ());
        assert!(whole.collect::<Vec<_>>().await.iter().all(Result::is_ok));
        let mut short = Counted::new(pieces(&[b"abc"]), 0, 4, |_, _| ());
        assert!(short.next().await.unwrap().is_ok());
        assert!(short.next().await.unwrap().is_err());
    }
}
