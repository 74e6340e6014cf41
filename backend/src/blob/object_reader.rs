//! Bytes of an object on their way from the disk: a run of blocks at a time, and none before it is wanted. Made by the
//! disk store.

use std::future::ready;
use std::io;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};

use super::disk::blocking;
use super::object::Opened;

/// What is yet to be read.
pub(super) struct Reading {
    pub(super) object: Opened,
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Reading {
    /// Reads, the first run before this returns.
    pub(super) async fn begin(self) -> io::Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let (first, rest) = self.read_run().await?;
        let rest = stream::try_unfold(rest, async |rest| {
            if rest.from < rest.to { rest.read_run().await.map(Some) } else { Ok(None) }
        });
        Ok(stream::once(ready(Ok(first))).chain(rest))
    }

    async fn read_run(self) -> io::Result<(Bytes, Self)> {
        blocking(move || {
            let end = self.object.run_end(self.from).min(self.to);
            let bytes = self.object.read_run(self.from, end)?;
            Ok((bytes, Self { from: end, ..self }))
        })
        .await
    }
}
