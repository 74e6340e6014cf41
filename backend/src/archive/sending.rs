//! An archive on its way out: any range of it, piece by piece as it is taken.

use std::future::ready;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::future::Either;
use futures_util::{Stream, StreamExt, TryStreamExt, stream};
use sharesync_protocol::ArchiveId;
use sharesync_protocol::api::Sha256Digest;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

use super::fields::Entry;
use super::layout::{Layout, Segment};
use crate::app::AppState;
use crate::db::archive;
use crate::db::object::Released;
use crate::deliveries::Delivery;
use crate::delivery::{self, Counted};
use crate::error::{Error, Result};
use crate::recording::Pending;

/// An archive that can be sent.
pub struct Packed {
    id: ArchiveId,
    /// What it is called.
    pub name: String,
    /// Of all that makes it what it is.
    pub sha256: Sha256Digest,
    /// When it was asked for.
    pub created_at: i64,
    layout: Layout,
    files: Vec<File>,
}

/// A file of an archive: where it lies, and what stands for it in the record of downloads.
struct File {
    object: Released,
    download: Uuid,
}

/// Bytes that have left.
enum Left {
    OfFile {
        download: Uuid,
        size: u64,
        from: u64,
        to: u64,
    },
    /// Said when no more will leave, though the end of a file that was broken off may be said after it.
    OfArchive {
        from: u64,
        to: u64,
        pending: Pending,
    },
}

/// An archive that was asked for. [`Error::NotFound`] where something of it is gone.
pub async fn open(app: &AppState, id: ArchiveId) -> Result<Packed> {
    let archive = archive::get(&app.db, id, app.clock.now_ms()).await?;
    let mut entries = Vec::with_capacity(archive.files.len());
    let mut files = Vec::with_capacity(archive.files.len());
    for file in archive.files {
        let sealed = "whoever asked for the archive has had its files sealed";
        let crc32 = file.object.crc32.ok_or_else(|| Error::internal(sealed))?;
        let (size, modified_at) = (file.object.size, file.created_at);
        entries.push(Entry { name: file.name, size, crc32, modified_at });
        files.push(File { object: file.object, download: file.download_id });
    }
    Ok(Packed {
        id,
        name: archive.name,
        sha256: archive.sha256,
        created_at: archive.created_at,
        layout: Layout::new(entries),
        files,
    })
}

impl Packed {
    /// Bytes of the archive.
    pub fn size(&self) -> u64 {
        self.layout.length()
    }

    /// Whether it can be fetched still.
    pub async fn check(&self, app: &AppState) -> Result<()> {
        archive::check(&app.db, self.id).await
    }

    /// Begins to send bytes `from..to`. A file that goes while they leave breaks them off.
    pub async fn send(
        self,
        app: &AppState,
        from: u64,
        to: u64,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + use<>> {
        let files = self.layout.entries_within(from, to);
        let delivery = if archive::is_limited(&app.db, self.id).await? {
            Some(app.deliveries.begin(self.id.0, from, to).await?)
        } else {
            None
        };
        app.recording.settled(self.id.0).await;
        archive::begin(&app.db, self.id, files, app.clock.now_ms()).await?;
        // Not more than one message for each file, and each is read as soon as the database has a moment.
        let (left, leaving) = unbounded_channel();
        app.tasks.spawn(record(app.clone(), self.id, self.size(), leaving));
        let (recording, packed_id) = (app.recording.clone(), self.id.0);
        let (packed, app) = (Arc::new(self), app.clone());
        let segments = stream::unfold(from, {
            let packed = Arc::clone(&packed);
            move |at| {
                let segment = packed.layout.segments(at, to).next();
                ready(segment.map(|segment| {
                    let next = at + segment.length();
                    (segment, next)
                }))
            }
        });
        let pieces = segments.then({
            let left = left.clone();
            move |segment| packed.clone().read(app.clone(), segment, left.clone())
        });
        let over = Delivery::over(delivery.as_ref());
        let pieces = pieces.try_flatten().take_until(over);
        Ok(Counted::new(pieces, from, to, move |from, to| {
            tell(&left, Left::OfArchive { from, to, pending: recording.begin(packed_id) });
            // Whoever waits for its end waits for the record of it, too.
            drop(delivery);
        }))
    }

    async fn read(
        self: Arc<Self>,
        app: AppState,
        segment: Segment,
        left: UnboundedSender<Left>,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>>> {
        let (entry, from, to) = match segment {
            Segment::Said(bytes) => return Ok(Either::Left(stream::once(ready(Ok(bytes.into()))))),
            Segment::Content { entry, from, to } => (entry, from, to),
        };
        let File { object, download } = &self.files[entry];
        let (download, size) = (*download, object.size);
        let read = app.library.send(object, from, to).await;
        let pieces = read.map_err(io::Error::other)?;
        Ok(Either::Right(Counted::new(pieces, from, to, move |from, to| {
            tell(&left, Left::OfFile { download, size, from, to });
        })))
    }
}

fn tell(left: &UnboundedSender<Left>, bytes: Left) {
    // It is read for as long as there is a sender, unless the server is stopping.
    let _ = left.send(bytes);
}

/// Writes down what has left, one after the other, until the archive has or its taker is gone.
async fn record(
    app: AppState,
    archive: ArchiveId,
    size: u64,
    mut leaving: UnboundedReceiver<Left>,
) {
    let mut pending_until_all_is = None;
    while let Some(left) = leaving.recv().await {
        match left {
            Left::OfFile { download, size, from, to } => {
                delivery::record(&app, download, from, to, size).await;
            }
            Left::OfArchive { from, to, pending } => {
                pending_until_all_is = Some(pending);
                let now = app.clock.now_ms();
                let noted = archive::delivered(&app.db, archive, from, to, size, now).await;
                if let Err(cause) = noted {
                    tracing::error!(%cause, "the delivery of an archive could not be recorded");
                }
            }
        }
    }
    drop(pending_until_all_is);
}
