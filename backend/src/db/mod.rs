//! Every question put to the database, one module a noun, one function a question. SQL lives
//! nowhere else. Called by the handlers, the library and the jobs.

pub mod account;
pub mod api_token;
pub mod archive;
pub mod archive_source;
pub mod device_login;
mod digest;
pub mod download;
pub mod expiry_warning;
pub mod federation;
pub mod file;
pub mod file_change;
pub mod file_request;
pub mod folder;
pub mod folder_moves;
pub mod hand_in;
pub mod invitation;
pub mod listing;
pub mod mail;
mod naming;
pub mod object;
pub mod purge_record;
pub mod quota;
pub mod scan;
pub mod second_factor;
pub mod session;
pub mod share;
pub mod share_address;
pub mod share_content;
pub mod tally;
pub mod transfer;
pub mod trash;
pub mod trash_removal;
pub mod upload;
pub mod upload_part;

#[cfg(test)]
mod races;
#[cfg(test)]
mod scratch;
mod statement;

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sharesync_service_kit::secret::random_bytes;
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Connection, Postgres, Sqlite, Transaction};
use uuid::Uuid;

use crate::error::Result;
use statement::{On, patiently, query};

/// How long a statement waits for another process that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Connections that read beside the one that writes.
const READERS: u32 = 4;
/// Connections to PostgreSQL; its own default is a hundred for all of its clients.
const CONNECTIONS: u32 = 16;
/// How long a request waits for one of them, and for a server that is gone.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// Where the database is.
#[derive(Clone, Debug)]
pub enum DatabasePlace {
    /// A file of SQLite's.
    File(PathBuf),
    /// A PostgreSQL server, by its address, which holds a password.
    Postgres(SecretString),
}

/// The database.
#[derive(Clone, Debug)]
pub struct Db(Engine);

#[derive(Clone, Debug)]
enum Engine {
    /// Writes go through one connection, since SQLite has one writer at a time and a queue here is fairer than its
    /// busy loop; reads go beside it on a snapshot (WAL).
    Sqlite {
        writer: SqlitePool,
        reader: SqlitePool,
    },
    Postgres(PgPool),
}

/// A transaction. What it is to find unchanged at its end it holds (`Statement::holding`); in SQLite it is the only one
/// that writes, from its start.
pub enum Tx {
    /// In SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// In PostgreSQL, where it sees what others commit meanwhile.
    Postgres(Transaction<'static, Postgres>),
}

impl Db {
    /// Opens the database and brings its schema up to date.
    pub async fn open(place: &DatabasePlace) -> anyhow::Result<Self> {
        let db = match place {
            DatabasePlace::File(path) => open_sqlite(path).await?,
            DatabasePlace::Postgres(url) => open_postgres(url).await?,
        };
        file::work_out_keys(&db).await?;
        Ok(db)
    }

    /// Whether it is SQLite, for the one question whose answers it finds in a way of its own.
    fn is_sqlite(&self) -> bool {
        matches!(self.0, Engine::Sqlite { .. })
    }

    /// Finishes what is under way and closes it.
    pub async fn close(&self) {
        match &self.0 {
            Engine::Sqlite { writer, reader } => {
                reader.close().await;
                writer.close().await;
            }
            Engine::Postgres(pool) => pool.close().await,
        }
    }

    /// Where single statements that write are put.
    fn writer(&self) -> On<'_> {
        match &self.0 {
            Engine::Sqlite { writer, .. } => On::Sqlite(writer),
            Engine::Postgres(pool) => On::Postgres(pool),
        }
    }

    /// Where questions are put.
    fn reader(&self) -> On<'_> {
        match &self.0 {
            Engine::Sqlite { reader, .. } => On::Sqlite(reader),
            Engine::Postgres(pool) => On::Postgres(pool),
        }
    }

    /// Whether it answers.
    pub async fn check(&self) -> Result<()> {
        let _any: bool =
            query("select exists (select 1 from account)").fetch_value(self.reader()).await?;
        Ok(())
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match &self.0 {
            Engine::Sqlite { writer, .. } => {
                Tx::Sqlite(writer.begin_with("begin immediate").await?)
            }
            Engine::Postgres(pool) => Tx::Postgres(patiently(pool.begin()).await?),
        })
    }
}

impl Tx {
    /// Makes what it did last; durable once this returns.
    pub async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => patiently(tx.commit()).await?,
        }
        Ok(())
    }
}

/// Opens the file, and makes it where it is missing.
async fn open_sqlite(path: &Path) -> anyhow::Result<Db> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        // A commit survives a power cut, not only a crash of the process: 2xx means durable.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        // Where the disk fails in a transaction SQLite rolls it back by itself, and the driver believes for good that it
        // is in one, and begins no other.
        .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        .connect_with(options.clone())
        .await?;
    sqlx::migrate!("migrations/sqlite").run(&writer).await?;
    let reader = SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_lazy_with(options.read_only(true));
    Ok(Db(Engine::Sqlite { writer, reader }))
}

/// Connects; several nodes that start at one time bring the schema up to date one after the other.
async fn open_postgres(url: &SecretString) -> anyhow::Result<Db> {
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .connect(url.expose_secret())
        .await?;
    sqlx::migrate!("migrations/postgres").run(&pool).await?;
    Ok(Db(Engine::Postgres(pool)))
}

/// SHA-256 of a token that somebody holds: all that is kept of one.
pub type TokenHash = [u8; 32];

/// A fresh id that sorts by time: UUID version 7 (RFC 9562 §5.7).
pub fn new_id(now_ms: i64) -> Uuid {
    let ms = u64::try_from(now_ms).unwrap_or_default();
    uuid::Builder::from_unix_timestamp_millis(ms, &random_bytes()).into_uuid()
}

/// The time so many seconds behind another, in milliseconds.
pub fn after(now_ms: i64, seconds: u64) -> i64 {
    now_ms + seconds.cast_signed() * 1000
}

/// What a page's ids are below that goes back from one, or from the newest. A condition that may not apply would have all
/// that lies between looked at.
fn below(before: Option<Uuid>) -> Uuid {
    before.unwrap_or(Uuid::max())
}

/// What a page's ids are above that goes on from one, or from the oldest.
fn above(after: Option<Uuid>) -> Uuid {
    after.unwrap_or(Uuid::nil())
}

/// What must be unique, as the databases call it where it is not.
struct Unique {
    /// SQLite names the columns.
    columns: &'static str,
    /// PostgreSQL names the constraint.
    constraint: &'static str,
}

impl Unique {
    const EMAIL: Self = Self { columns: "account.email_key", constraint: "account_email_key" };
    const FILE_NAME: Self =
        Self { columns: "file.folder_id, file.name", constraint: "file_name_taken" };
    const FOLDER_NAME: Self =
        Self { columns: "folder.parent_id, folder.name", constraint: "folder_name_taken" };
}

/// Whether a statement failed because something must be unique.
fn violates_unique(error: &sqlx::Error, what: &Unique) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.is_unique_violation()
            && (error.constraint() == Some(what.constraint)
                || error.message().ends_with(what.columns))
    })
}

/// A size as the database keeps it. No file reaches 2^63 bytes.
fn to_db(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A size as the database kept it; its checks keep it from being negative.
fn from_db(size: i64) -> u64 {
    u64::try_from(size).unwrap_or_default()
}

/// A small number as the database kept it.
fn count_from_db(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
