//! `sharesync-server doctor`: holds what is counted and what lies in the store against each other, while no server runs.
//! What differs is said, and mended where that loses nothing that anybody has.

use std::collections::HashSet;
use std::fmt;

use anyhow::Context;

use crate::blob::{Damaged, Object, Place, Sealing, Store, StoredObject};
use crate::config::Config;
use crate::db::file::StoredFile;
use crate::db::{Db, file, object, quota};
use crate::storage;

/// Rows and objects looked at together.
const BATCH: u32 = 500;

/// What the doctor is asked to do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Instructions {
    /// Mend what can be mended.
    pub mend: bool,
    /// Read every file's bytes and compare them with its digest.
    pub read: bool,
}

/// Something that is not as it should be.
#[derive(Debug, PartialEq, Eq)]
pub enum Finding {
    /// An account is charged for other than what it has.
    Miscounted {
        /// Whose.
        username: String,
        /// Bytes that are charged.
        charged: u64,
        /// Bytes that are there.
        counted: u64,
    },
    /// Bytes that nobody has, as after a restored backup of the database.
    Orphaned(StoredObject),
    /// A file without its bytes, or with too few.
    Lost(String),
    /// A file whose bytes are not what was stored.
    Damaged(String),
    /// A file whose bytes are what was stored, and whose seal does not say so.
    Unsealed(String),
}

impl Finding {
    /// Whether it can be mended without a loss.
    fn is_mendable(&self) -> bool {
        matches!(self, Self::Miscounted { .. } | Self::Orphaned(_) | Self::Unsealed(_))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Miscounted { username, charged, counted } => {
                write!(f, "{username} is charged for {charged} bytes and has {counted}")
            }
            Self::Orphaned(object) => write!(f, "nobody has {object}"),
            Self::Lost(file) => write!(f, "the bytes are missing of {file}"),
            Self::Damaged(file) => write!(f, "the bytes are damaged of {file}"),
            Self::Unsealed(file) => write!(f, "the seal is damaged of {file}"),
        }
    }
}

/// Looks, and mends where told to. Tells of each finding as it comes, and whether it was mended. Answers whether nothing
/// is wrong any more.
pub async fn examine(
    config: &Config,
    instructions: Instructions,
    mut tell: impl FnMut(&Finding, bool) -> anyhow::Result<()>,
) -> anyhow::Result<bool> {
    let _lock = crate::lock(&config.data_dir)?;
    let db = Db::open(&config.database).await.context("cannot open the database")?;
    let store = storage::open(config, &db).await?;
    let mut is_well = true;
    let mut found = |finding: Finding| {
        let is_mended = instructions.mend && finding.is_mendable();
        is_well &= is_mended;
        tell(&finding, is_mended)
    };
    let miscounted = quota::miscounted(&db).await?;
    if instructions.mend {
        quota::recount(&db).await?;
    }
    for (username, charged, counted) in miscounted {
        found(Finding::Miscounted { username, charged, counted })?;
    }
    for object in orphans(&db, &store).await? {
        if instructions.mend {
            store.remove_orphan(&object).await?;
        }
        found(Finding::Orphaned(object))?;
    }
    let mut last = None;
    loop {
        let files = file::stored(&db, last, BATCH).await?;
        let Some(end) = files.last() else { break };
        last = Some(end.id);
        for file in files {
            if let Some(finding) = look_at(&db, &store, &file, instructions).await? {
                found(finding)?;
            }
        }
    }
    db.close().await;
    Ok(is_well)
}

/// Bytes in the store that no row stands for.
async fn orphans(db: &Db, store: &Store) -> anyhow::Result<Vec<StoredObject>> {
    let (mut known, mut last) = (HashSet::new(), None);
    loop {
        let ids = object::ids(db, last, BATCH).await?;
        last = ids.last().copied();
        known.extend(ids);
        if last.is_none() {
            break;
        }
    }
    let mut stored = store.list().await?;
    stored.retain(|object| !known.contains(&object.id));
    Ok(stored)
}

async fn look_at(
    db: &Db,
    store: &Store,
    file: &StoredFile,
    Instructions { mend, read }: Instructions,
) -> anyhow::Result<Option<Finding>> {
    let (object, about) = (&file.object, format!("{} ({}, {})", file.name, file.id, file.username));
    match store.stored_size(object.id, object.place).await? {
        Some(size) if size >= object.size => {}
        _ => return Ok(Some(Finding::Lost(about))),
    }
    if !read {
        return Ok(None);
    }
    if holds(store, object.clone(), file).await? {
        return Ok(None);
    }
    if object.place == Place::Bucket {
        return Ok(Some(Finding::Damaged(about)));
    }
    // Where only the seal is not what it was, the bytes still are.
    if !holds(store, Object { crc32: None, ..object.clone() }, file).await? {
        return Ok(Some(Finding::Damaged(about)));
    }
    if mend {
        let sealed = store.seal(object.into(), Sealing::of(object.size)).await?;
        object::sealed(db, object.id, sealed.crc32).await?;
    }
    Ok(Some(Finding::Unsealed(about)))
}

/// Whether an object's bytes are what was stored, by its seal, where it has one, and by the file's digest.
async fn holds(store: &Store, object: Object, file: &StoredFile) -> anyhow::Result<bool> {
    match store.hash(object, file.digest.part_size()).await {
        Ok(content) => Ok(content.is(&file.digest)),
        Err(cause) if Damaged::is_said_by(&cause) => Ok(false),
        Err(other) => Err(other.into()),
    }
}
