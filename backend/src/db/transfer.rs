//! Transfers between browsers, counted by the hour.

use sharesync_protocol::api::{BytesByPath, TransferHour, TransferSum};
use sharesync_protocol::report::{Outcome, TransferCount};

use super::statement::query;
use super::{Db, from_db, to_db};
use crate::error::Result;

/// Milliseconds of an hour.
const HOUR_MS: i64 = 3600 * 1000;

#[derive(sqlx::FromRow)]
struct Row {
    hour: i64,
    verified: i64,
    cancelled: i64,
    failed: i64,
    files: i64,
    bytes_direct: i64,
    bytes_turn: i64,
    bytes_relay: i64,
}

impl From<Row> for TransferHour {
    fn from(row: Row) -> Self {
        Self {
            hour: row.hour,
            verified: from_db(row.verified),
            cancelled: from_db(row.cancelled),
            failed: from_db(row.failed),
            files: from_db(row.files),
            bytes: BytesByPath {
                direct: from_db(row.bytes_direct),
                turn: from_db(row.bytes_turn),
                relay: from_db(row.bytes_relay),
            },
        }
    }
}

/// When the hour began that `ms` is in.
fn hour_of(ms: i64) -> i64 {
    ms - ms.rem_euclid(HOUR_MS)
}

/// What a column comes to with what is added, which is at most the greatest there is.
macro_rules! sum {
    ($column:literal) => {
        concat!(
            "case when transfer_hour.",
            $column,
            " > 9007199254740991 - excluded.",
            $column,
            " then 9007199254740991 else transfer_hour.",
            $column,
            " + excluded.",
            $column,
            " end"
        )
    };
}

/// Adds a transfer to those of the hour. A sum that has reached its greatest stays there.
pub async fn add(db: &Db, transfer: &TransferCount, now: i64) -> Result<()> {
    let ended = |outcome| i64::from(transfer.outcome == outcome);
    query(concat!(
        "insert into transfer_hour
            (hour, verified, cancelled, failed, files, bytes_direct, bytes_turn, bytes_relay)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (hour) do update set
            verified = transfer_hour.verified + excluded.verified,
            cancelled = transfer_hour.cancelled + excluded.cancelled,
            failed = transfer_hour.failed + excluded.failed,
            files = ",
        sum!("files"),
        ",
            bytes_direct = ",
        sum!("bytes_direct"),
        ",
            bytes_turn = ",
        sum!("bytes_turn"),
        ",
            bytes_relay = ",
        sum!("bytes_relay")
    ))
    .bind(hour_of(now))
    .bind(ended(Outcome::Verified))
    .bind(ended(Outcome::Cancelled))
    .bind(ended(Outcome::Failed))
    .bind(to_db(transfer.files.into()))
    .bind(to_db(transfer.bytes.direct.into()))
    .bind(to_db(transfer.bytes.turn.into()))
    .bind(to_db(transfer.bytes.relay.into()))
    .execute(db.writer())
    .await?;
    Ok(())
}

/// All that ever ended.
pub async fn total(db: &Db) -> Result<TransferSum> {
    let mut total = TransferSum::default();
    for hour in hours(db, 0, i64::MAX).await? {
        total.add(&hour);
    }
    Ok(total)
}

/// The hours that the time from `from` until before `to` touches, earliest first.
pub async fn hours(db: &Db, from: i64, to: i64) -> Result<Vec<TransferHour>> {
    let rows: Vec<Row> = query(
        "select hour, verified, cancelled, failed, files, bytes_direct, bytes_turn, bytes_relay
         from transfer_hour
         where hour >= $1 and hour < $2
         order by hour",
    )
    .bind(hour_of(from))
    .bind(to)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(TransferHour::from).collect())
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::report::{Count, PathBytes};

    use super::*;
    use crate::db::scratch::Scratch;
    use crate::db::statement::On;

    const NOON: i64 = 1_764_072_000_000;

    fn transfer(outcome: Outcome, number: u64) -> TransferCount {
        let number = Count::try_from(number).unwrap();
        let bytes = PathBytes { direct: number, turn: Count::default(), relay: number };
        TransferCount { outcome, files: number, bytes }
    }

    #[tokio::test]
    async fn transfers_add_up_by_the_hour_they_ended_in() {
        let Scratch { db, .. } = &Scratch::open().await;
        for (outcome, now) in [
            (Outcome::Verified, NOON - 1),
            (Outcome::Verified, NOON),
            (Outcome::Cancelled, NOON + HOUR_MS - 1),
            (Outcome::Failed, NOON + 1),
            (Outcome::Verified, NOON + HOUR_MS),
        ] {
            add(db, &transfer(outcome, 5), now).await.unwrap();
        }
        let hours = hours(db, NOON, NOON + HOUR_MS).await.unwrap();
        let bytes = BytesByPath { direct: 15, turn: 0, relay: 15 };
        let noon =
            TransferHour { hour: NOON, verified: 1, cancelled: 1, failed: 1, files: 15, bytes };
        assert_eq!(hours, [noon]);
    }

    #[tokio::test]
    async fn the_hours_are_those_that_the_time_touches() {
        let Scratch { db, .. } = &Scratch::open().await;
        for hour in 0..4 {
            add(db, &transfer(Outcome::Verified, 1), NOON + hour * HOUR_MS).await.unwrap();
        }
        let touched = async |from, to| {
            let hours = hours(db, NOON + from, NOON + to).await.unwrap();
            hours.into_iter().map(|row| (row.hour - NOON) / HOUR_MS).collect::<Vec<_>>()
        };
        assert_eq!(touched(0, HOUR_MS).await, [0]);
        assert_eq!(touched(0, HOUR_MS + 1).await, [0, 1]);
        assert_eq!(touched(HOUR_MS - 1, 2 * HOUR_MS).await, [0, 1]);
        assert_eq!(touched(HOUR_MS, 10 * HOUR_MS).await, [1, 2, 3]);
    }

    #[tokio::test]
    async fn no_sum_is_more_than_can_be_counted() {
        let Scratch { db, .. } = &Scratch::open().await;
        for _ in 0..3 {
            add(db, &transfer(Outcome::Verified, Count::MOST), NOON).await.unwrap();
        }
        let hours = hours(db, NOON, NOON + 1).await.unwrap();
        assert_eq!((hours[0].files, hours[0].bytes.direct), (Count::MOST, Count::MOST));
        assert_eq!((hours[0].verified, hours[0].bytes.turn), (3, 0));
    }

    #[tokio::test]
    async fn there_is_no_place_for_a_name_in_the_table() {
        let Scratch { db, .. } = &Scratch::open().await;
        let columns = match db.reader() {
            On::Sqlite(_) => "select name, type from pragma_table_info('transfer_hour')",
            _ => {
                "select column_name::text, replace(data_type, 'bigint', 'INTEGER')
                 from information_schema.columns
                 where table_name = 'transfer_hour' order by ordinal_position"
            }
        };
        let columns: Vec<(String, String)> = query(columns).fetch_all(db.reader()).await.unwrap();
        let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        let counts = ["verified", "cancelled", "failed", "files"];
        let bytes = ["bytes_direct", "bytes_turn", "bytes_relay"];
        assert_eq!(names, [&["hour"][..], &counts, &bytes].concat());
        assert!(columns.iter().all(|(_, kind)| kind == "INTEGER"), "{columns:?}");
    }
}
