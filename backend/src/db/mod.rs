//! Every question put to the database, one module a noun, one function a question. SQL lives
//! nowhere else. Called by the handlers, the library and the jobs.

pub mod account;
pub mod api_token;
pub mod download;
pub mod federation;
pub mod file;
pub mod hand_in;
pub mod invitation;
pub mod mail;
pub mod object;
pub mod second_factor;
pub mod session;
pub mod share;
pub mod transfer;

use std::path::Path;
use std::time::Duration;

use sharesync_service_kit::secret::random_bytes;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};
use uuid::Uuid;

use crate::error::Result;

/// How long a statement waits for another process that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read beside the one that writes.
const READERS: u32 = 4;

/// The database. Writes go through one connection, since SQLite has one writer at a time and a
/// queue here is fairer than its busy loop; reads go beside it on a snapshot (WAL).
#[derive(Clone, Debug)]
pub struct Db {
    writer: SqlitePool,
    reader: SqlitePool,
}

impl Db {
    /// Opens the database file, makes it where it is missing, and brings its schema up to date.
    pub async fn open(path: &Path) -> anyhow::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit survives a power cut, not only a crash of the process: 2xx means durable.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY_TIMEOUT);
        let writer =
            SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options.read_only(true));
        Ok(Self { writer, reader })
    }

    /// Finishes what is under way and closes the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// Where single statements that write are put.
    fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Where questions are put.
    fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// A transaction that holds the write lock from its start, so that what it reads stays true
    /// until it commits.
    pub async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        Ok(self.writer.begin_with("begin immediate").await?)
    }
}

/// SHA-256 of a token that somebody holds: all that is kept of one.
pub type TokenHash = [u8; 32];

/// A fresh id that sorts by time: UUID version 7 (RFC 9562 §5.7).
pub fn new_id(now_ms: i64) -> Uuid {
    let ms = u64::try_from(now_ms).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(ms, &random_bytes()).into_uuid()
}

/// Whether a statement failed because `column`, written `table.column`, must be unique.
fn violates_unique(error: &sqlx::Error, column: &str) -> bool {
    error
        .as_database_error()
        .is_some_and(|error| error.is_unique_violation() && error.message().ends_with(column))
}

/// A size as the database keeps it. No file reaches 2^63 bytes.
fn to_db(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A size as the database kept it; its checks keep it from being negative.
fn from_db(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}
