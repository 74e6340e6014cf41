//! A statement, put to whichever database there is: one text for both, in the SQL that SQLite and PostgreSQL share,
//! with its parameters as `$1`, `$2` …. Used by the modules beside it.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::postgres::{PgConnection, PgPool, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteConnection, SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, FromRow, SqlSafeStr, SqlStr};
use uuid::Uuid;

use super::Tx;

/// Longer than any statement takes.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a row is read into: a struct by the names of its columns, a tuple by their places.
pub(super) trait Record:
    Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

impl<T> Record for T where
    T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>
{
}

/// A statement and what its parameters are.
pub(super) struct Statement<'q> {
    sql: SqlStr,
    values: Vec<Value<'q>>,
    holds: bool,
}

/// A parameter. Which kind it is, is known of nothing, too: PostgreSQL asks.
pub(super) enum Value<'q> {
    Bool(Option<bool>),
    Integer(Option<i64>),
    Text(Option<Cow<'q, str>>),
    Bytes(Option<&'q [u8]>),
    Id(Option<Uuid>),
}

/// What a statement is put to.
pub(super) enum On<'a> {
    Sqlite(&'a SqlitePool),
    Postgres(&'a PgPool),
    SqliteTx(&'a mut SqliteConnection),
    PostgresTx(&'a mut PgConnection),
}

/// Waits for a database, which may be gone without a word, as where a network is cut: TCP alone would wait for minutes.
pub(super) async fn patiently<T>(
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    tokio::time::timeout(PATIENCE, answer).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// A statement of this text.
pub(super) fn query<'q>(sql: impl SqlSafeStr) -> Statement<'q> {
    Statement { sql: sql.into_sql_str(), values: Vec::new(), holds: false }
}

/// The query with its parameters, for one kind of database.
macro_rules! bound {
    ($query:expr, $values:expr) => {
        $values.into_iter().fold($query, |query, value| match value {
            Value::Bool(value) => query.bind(value),
            Value::Integer(value) => query.bind(value),
            Value::Text(value) => query.bind(value),
            Value::Bytes(value) => query.bind(value),
            Value::Id(value) => query.bind(value),
        })
    };
}

/// How many rows the query wrote, with its parameters.
macro_rules! written {
    ($query:expr, $values:expr, $on:expr) => {
        patiently(bound!($query, $values).execute($on)).await?.rows_affected()
    };
}

/// Puts a statement to the kind of database that is there, and has its rows read.
macro_rules! fetch {
    ($statement:expr, $on:expr, $method:ident) => {{
        let (on, statement) = ($on.into(), $statement);
        let sql = statement.sql_for(&on);
        let values = statement.values;
        match on {
            On::Sqlite(pool) => {
                patiently(bound!(sqlx::query_as::<Sqlite, T>(sql), values).$method(pool)).await
            }
            On::Postgres(pool) => {
                patiently(bound!(sqlx::query_as::<Postgres, T>(sql), values).$method(pool)).await
            }
            On::SqliteTx(tx) => {
                patiently(bound!(sqlx::query_as::<Sqlite, T>(sql), values).$method(tx)).await
            }
            On::PostgresTx(tx) => {
                patiently(bound!(sqlx::query_as::<Postgres, T>(sql), values).$method(tx)).await
            }
        }
    }};
}

impl<'q> Statement<'q> {
    /// Says what the next parameter is.
    pub(super) fn bind(mut self, value: impl Into<Value<'q>>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The rows that it finds stay as they are until the transaction ends. SQLite has one transaction that writes at
    /// a time, so that there they do so anyway.
    pub(super) fn holding(mut self) -> Self {
        self.holds = true;
        self
    }

    /// Carries it out. Answers how many rows it wrote.
    pub(super) async fn execute<'a>(self, on: impl Into<On<'a>>) -> Result<u64, sqlx::Error> {
        let on = on.into();
        let sql = self.sql_for(&on);
        let values = self.values;
        let done = match on {
            On::Sqlite(pool) => written!(sqlx::query::<Sqlite>(sql), values, pool),
            On::Postgres(pool) => written!(sqlx::query::<Postgres>(sql), values, pool),
            On::SqliteTx(tx) => written!(sqlx::query::<Sqlite>(sql), values, tx),
            On::PostgresTx(tx) => written!(sqlx::query::<Postgres>(sql), values, tx),
        };
        Ok(done)
    }

    /// The one row that it answers.
    pub(super) async fn fetch_one<'a, T: Record>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<T, sqlx::Error> {
        fetch!(self, on, fetch_one)
    }

    /// The row that it answers, if there is one.
    pub(super) async fn fetch_optional<'a, T: Record>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<Option<T>, sqlx::Error> {
        fetch!(self, on, fetch_optional)
    }

    /// The rows that it answers.
    pub(super) async fn fetch_all<'a, T: Record>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<Vec<T>, sqlx::Error> {
        fetch!(self, on, fetch_all)
    }

    /// The first column of the one row that it answers.
    pub(super) async fn fetch_value<'a, V>(self, on: impl Into<On<'a>>) -> Result<V, sqlx::Error>
    where
        (V,): Record,
    {
        let (value,) = self.fetch_one(on).await?;
        Ok(value)
    }

    /// The first column of the row that it answers, if there is one.
    pub(super) async fn fetch_optional_value<'a, V>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<Option<V>, sqlx::Error>
    where
        (V,): Record,
    {
        let row = self.fetch_optional(on).await?;
        Ok(row.map(|(value,)| value))
    }

    /// The first column of the rows that it answers.
    pub(super) async fn fetch_values<'a, V>(
        self,
        on: impl Into<On<'a>>,
    ) -> Result<Vec<V>, sqlx::Error>
    where
        (V,): Record,
    {
        let rows = self.fetch_all(on).await?;
        Ok(rows.into_iter().map(|(value,)| value).collect())
    }

    fn sql_for(&self, on: &On<'_>) -> SqlStr {
        match on {
            On::Postgres(_) | On::PostgresTx(_) if self.holds => {
                // Rows that refer to a held one may come all the same: no key of it changes.
                AssertSqlSafe(format!("{} for no key update", self.sql.as_str())).into_sql_str()
            }
            _ => self.sql.clone(),
        }
    }
}

impl<'a> From<&'a mut Tx> for On<'a> {
    fn from(tx: &'a mut Tx) -> Self {
        match tx {
            Tx::Sqlite(tx) => On::SqliteTx(tx),
            Tx::Postgres(tx) => On::PostgresTx(tx),
        }
    }
}

/// A text as both databases can keep it: PostgreSQL has no place for the character of code 0 (chapter 8.3 of its manual),
/// and nobody types it, so that U+FFFD stands in for it.
fn sayable(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text }
}

/// How Rust's types are kept.
macro_rules! kept_as {
    ($($type:ty => $kind:ident($value:ident) $kept:expr;)*) => {
        $(impl<'q> From<$type> for Value<'q> {
            fn from($value: $type) -> Self {
                Self::$kind($kept)
            }
        })*
    };
}

kept_as! {
    bool => Bool(value) Some(value);
    Option<bool> => Bool(value) value;
    i64 => Integer(value) Some(value);
    Option<i64> => Integer(value) value;
    u32 => Integer(value) Some(value.into());
    Option<u32> => Integer(value) value.map(i64::from);
    &'q str => Text(value) Some(sayable(value.into()));
    Option<&'q str> => Text(value) value.map(|value| sayable(value.into()));
    &'q String => Text(value) Some(sayable(value.into()));
    String => Text(value) Some(sayable(value.into()));
    &'q [u8] => Bytes(value) Some(value);
    Option<&'q [u8]> => Bytes(value) value;
    Uuid => Id(value) Some(value);
    Option<Uuid> => Id(value) value;
}
