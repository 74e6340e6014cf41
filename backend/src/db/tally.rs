//! What has happened, counted. Whoever does something enters it in the transaction that does it; the schedule rolls what was
//! entered up into hours, days and all of time; and statistics are those and what is not rolled up yet, together. So a
//! count is exact at every moment, however long ago things began, and nobody counts rows.

use std::collections::BTreeMap;

use sharesync_protocol::api::{FileKind, Metric, Point, Series, Step};

use super::statement::query;
use super::{Db, Tx, from_db, to_db};
use crate::error::{Error, Result};

/// Something that happened.
#[derive(Clone, Copy)]
pub struct Tally<'a> {
    /// What is counted.
    pub metric: Metric,
    /// By what it is divided; empty where it is not.
    pub key: &'a str,
    /// How often it happened. Below zero where what was counted is no more.
    pub count: i64,
    /// Its bytes.
    pub bytes: i64,
}

/// How often something has ever happened, and its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How often.
    pub count: u64,
    /// Bytes.
    pub bytes: u64,
}

impl Tally<'_> {
    /// That something of so many bytes happened once.
    pub fn once(metric: Metric, size: u64) -> Self {
        Self { metric, key: "", count: 1, bytes: to_db(size) }
    }
}

impl Tally<'static> {
    /// That files of a media type, so many bytes in all, are stored.
    pub fn stored(media_type: &str, count: i64, bytes: i64) -> Self {
        Self { metric: Metric::Stored, key: FileKind::of(media_type).name(), count, bytes }
    }
}

impl<'a> Tally<'a> {
    /// The same, by what the metric is divided.
    pub fn of(self, key: &'a str) -> Self {
        Self { key, ..self }
    }
}

/// Enters that something happened, unless it is nothing.
pub(super) async fn enter(tx: &mut Tx, tally: Tally<'_>, now: i64) -> Result<()> {
    if tally.count == 0 && tally.bytes == 0 {
        return Ok(());
    }
    query("insert into tally_event (at, metric, key, count, bytes) values ($1, $2, $3, $4, $5)")
        .bind(now)
        .bind(tally.metric.name())
        .bind(tally.key)
        .bind(tally.count)
        .bind(tally.bytes)
        .execute(tx)
        .await?;
    Ok(())
}

/// Enters what happened outside of any transaction: all of it or nothing.
pub async fn enter_all(db: &Db, tallies: &[Tally<'_>], now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    for tally in tallies {
        enter(&mut tx, *tally, now).await?;
    }
    tx.commit().await
}

#[derive(sqlx::FromRow)]
struct Entry {
    at: i64,
    metric: String,
    key: String,
    count: i64,
    bytes: i64,
}

/// Rolls about `batch` entries up, the oldest first. Answers how many. Of several servers that do so at one time each takes
/// what the others have left: whoever deletes an entry counts it.
pub async fn roll_up(db: &Db, batch: u32) -> Result<u64> {
    let mut tx = db.begin().await?;
    let last: Option<i64> =
        query("select max(id) from (select id from tally_event order by id limit $1) as oldest")
            .bind(batch)
            .fetch_value(&mut tx)
            .await?;
    let Some(last) = last else { return Ok(0) };
    // More than a batch where some have come meanwhile that others began before.
    let taken: Vec<Entry> =
        query("delete from tally_event where id <= $1 returning at, metric, key, count, bytes")
            .bind(last)
            .fetch_all(&mut tx)
            .await?;
    // In one order, so that nobody waits for somebody who waits for them.
    let mut sums: BTreeMap<(&str, &str, i64, &str), (i64, i64)> = BTreeMap::new();
    for Entry { at, metric, key, count, bytes } in &taken {
        let (hour, day) = (Step::Hour.start_of(*at), Step::Day.start_of(*at));
        for (step, start) in [("hour", hour), ("day", day), ("ever", 0)] {
            let sum = sums.entry((step, metric, start, key)).or_default();
            *sum = (sum.0 + count, sum.1 + bytes);
        }
    }
    for ((step, metric, start, key), (count, bytes)) in sums {
        query(
            "insert into tally (step, metric, start, key, count, bytes)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (step, metric, start, key) do update set
                count = tally.count + excluded.count, bytes = tally.bytes + excluded.bytes",
        )
        .bind(step)
        .bind(metric)
        .bind(start)
        .bind(key)
        .bind(count)
        .bind(bytes)
        .execute(&mut tx)
        .await?;
    }
    tx.commit().await?;
    Ok(taken.len() as u64)
}

/// Removes up to `batch` hours that began before a moment; their days stay. Answers how many rows went.
pub async fn purge(db: &Db, began_before: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from tally where step = 'hour' and (metric, start, key) in
            (select metric, start, key from tally where step = 'hour' and start < $1 limit $2)",
    )
    .bind(began_before)
    .bind(batch)
    .execute(db.writer())
    .await?)
}

#[derive(sqlx::FromRow)]
struct PointRow {
    key: String,
    start: i64,
    count: i64,
    bytes: i64,
}

/// What happened in the steps from `from` until before `to`, both of which begin one: a series for each key, by their names.
pub async fn series(
    db: &Db,
    metric: Metric,
    step: Step,
    from: i64,
    to: i64,
) -> Result<Vec<Series>> {
    let rows: Vec<PointRow> = query(
        "select key, start, cast(sum(count) as bigint) as count, cast(sum(bytes) as bigint) as bytes
         from (select key, start, count, bytes from tally
               where step = $1 and metric = $2 and start >= $3 and start < $4
               union all
               select key, at - at % $5, count, bytes from tally_event
               where metric = $2 and at >= $3 and at < $4) as entered
         group by key, start order by key, start",
    )
    .bind(match step {
        Step::Hour => "hour",
        Step::Day => "day",
    })
    .bind(metric.name())
    .bind(from)
    .bind(to)
    .bind(step.ms())
    .fetch_all(db.reader())
    .await?;
    let mut found: Vec<Series> = vec![];
    for PointRow { key, start, count, bytes } in rows {
        let point = Point { start, count, bytes };
        match found.last_mut() {
            Some(series) if series.key == key => series.points.push(point),
            _ => found.push(Series { metric, key, points: vec![point] }),
        }
    }
    Ok(found)
}

#[derive(sqlx::FromRow)]
struct SumRow {
    metric: String,
    key: String,
    count: i64,
    bytes: i64,
}

/// What has ever happened, by metric and key.
pub async fn sums(db: &Db) -> Result<Vec<(Metric, String, Sum)>> {
    let rows: Vec<SumRow> = query(
        "select metric, key, cast(sum(count) as bigint) as count, cast(sum(bytes) as bigint) as bytes
         from (select metric, key, count, bytes from tally where step = 'ever'
               union all
               select metric, key, count, bytes from tally_event) as entered
         group by metric, key order by metric, key",
    )
    .fetch_all(db.reader())
    .await?;
    let known = rows.into_iter().map(|SumRow { metric, key, count, bytes }| {
        let metric = Metric::named(&metric)
            .ok_or_else(|| Error::internal(format!("{metric:?} is no metric")))?;
        Ok((metric, key, Sum { count: from_db(count), bytes: from_db(bytes) }))
    });
    known.collect()
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::Role;

    use super::*;
    use crate::db::download::{self, Grant};
    use crate::db::scratch::{Scratch, anybody};
    use crate::db::{account, file, new_id, share};

    const HOUR: i64 = Step::Hour.ms();
    const DAY: i64 = Step::Day.ms();
    const MIDNIGHT: i64 = 20_423 * DAY;

    async fn enter_at(db: &Db, key: &str, bytes: u64, now: i64) {
        enter_all(db, &[Tally::once(Metric::Uploads, bytes).of(key)], now).await.unwrap();
    }

    /// The points of each key, their starts counted in steps from midnight.
    async fn points(db: &Db, step: Step, from: i64, to: i64) -> Vec<(String, i64, i64, i64)> {
        let series = series(db, Metric::Uploads, step, from, to).await.unwrap();
        series
            .into_iter()
            .flat_map(|Series { key, points, .. }| {
                points.into_iter().map(move |Point { start, count, bytes }| {
                    (key.clone(), (start - MIDNIGHT) / step.ms(), count, bytes)
                })
            })
            .collect()
    }

    #[tokio::test]
    async fn what_was_entered_is_told_by_the_hour_and_by_the_day_rolled_up_or_not() {
        let Scratch { db, .. } = &Scratch::open().await;
        for (key, bytes, now) in [
            ("a", 1, MIDNIGHT - 1),
            ("a", 2, MIDNIGHT),
            ("b", 4, MIDNIGHT + HOUR - 1),
            ("a", 8, MIDNIGHT + HOUR),
            ("a", 16, MIDNIGHT + DAY - 1),
            ("a", 32, MIDNIGHT + DAY),
        ] {
            enter_at(db, key, bytes, now).await;
        }
        let by_hour = [("a", 0, 1, 2), ("a", 1, 1, 8), ("a", 23, 1, 16), ("b", 0, 1, 4)].map(named);
        let by_day = [("a", -1, 1, 1), ("a", 0, 3, 26), ("a", 1, 1, 32), ("b", 0, 1, 4)].map(named);
        // Two at a time, so that some are rolled up and some are not.
        for left in [2, 2, 2, 0, 0] {
            assert_eq!(points(db, Step::Hour, MIDNIGHT, MIDNIGHT + DAY).await, by_hour);
            assert_eq!(points(db, Step::Day, MIDNIGHT - DAY, MIDNIGHT + 2 * DAY).await, by_day);
            let sums = sums(db).await.unwrap();
            let sum = |count, bytes| Sum { count, bytes };
            let (a, b) = (sum(5, 59), sum(1, 4));
            assert_eq!(
                sums,
                [(Metric::Uploads, "a".to_owned(), a), (Metric::Uploads, "b".to_owned(), b)]
            );
            assert_eq!(roll_up(db, 2).await.unwrap(), left);
        }
    }

    fn named((key, step, count, bytes): (&str, i64, i64, i64)) -> (String, i64, i64, i64) {
        (key.to_owned(), step, count, bytes)
    }

    #[tokio::test]
    async fn what_several_roll_up_at_one_time_is_counted_once() {
        let Scratch { db, .. } = &Scratch::open().await;
        for now in 0..200 {
            enter_at(db, "", 1, MIDNIGHT + now * HOUR).await;
        }
        let nodes = (0..4).map(|_| async {
            let mut rolled_up = 0;
            while let batch @ 1.. = roll_up(db, 7).await.unwrap() {
                rolled_up += batch;
            }
            rolled_up
        });
        let rolled_up = futures_util::future::join_all(nodes).await;
        // One that was too late for what it wanted may stop before all is done.
        roll_up(db, 1000).await.unwrap();
        assert!(rolled_up.iter().sum::<u64>() <= 200, "{rolled_up:?}");
        assert_eq!(sums(db).await.unwrap()[0].2, Sum { count: 200, bytes: 200 });
        let days = points(db, Step::Day, MIDNIGHT, MIDNIGHT + 30 * DAY).await;
        assert_eq!(days.iter().map(|day| day.2).sum::<i64>(), 200);
    }

    #[tokio::test]
    async fn hours_go_after_a_time_and_their_days_stay() {
        let Scratch { db, .. } = &Scratch::open().await;
        for now in [0, HOUR, DAY] {
            enter_at(db, "", 1, MIDNIGHT + now).await;
        }
        roll_up(db, 10).await.unwrap();
        assert_eq!(purge(db, MIDNIGHT + DAY, 1).await.unwrap(), 1);
        assert_eq!(purge(db, MIDNIGHT + DAY, 10).await.unwrap(), 1);
        let (from, to) = (MIDNIGHT, MIDNIGHT + 2 * DAY);
        assert_eq!(points(db, Step::Hour, from, to).await, [named(("", 24, 1, 1))]);
        let days = [named(("", 0, 2, 2)), named(("", 1, 1, 1))];
        assert_eq!(points(db, Step::Day, from, to).await, days);
        assert_eq!(sums(db).await.unwrap()[0].2.count, 3);
    }

    /// What a metric comes to, over all of its keys.
    async fn total(db: &Db, metric: Metric) -> (u64, u64) {
        let sums = sums(db).await.unwrap();
        let of_metric = sums.iter().filter(|(m, ..)| *m == metric);
        of_metric.fold((0, 0), |(count, bytes), (.., sum)| (count + sum.count, bytes + sum.bytes))
    }

    /// The same, counted from the rows that it is about.
    async fn counted(db: &Db, sql: &'static str) -> (u64, u64) {
        let (count, bytes): (i64, i64) = query(sql).fetch_one(db.reader()).await.unwrap();
        (from_db(count), from_db(bytes))
    }

    #[tokio::test]
    async fn what_is_told_is_what_the_rows_say() {
        let scratch = Scratch::open().await;
        let db = &scratch.db;
        let mut files = vec![];
        for name in ["sam", "kim"] {
            let owner = scratch.account(name, Role::Standard).await;
            for _ in 0..5 {
                files.push((owner, scratch.file(owner, None).await));
            }
        }
        let (sam, shared) = files[0];
        let slug = scratch.share(sam, shared, None, None).await;
        for n in 0..6 {
            let now = MIDNIGHT + n * HOUR;
            let (owner, file) = files[usize::try_from(n).unwrap()];
            let own = Grant { id: new_id(now), file, by: Some(owner), expires_at: now + 1 };
            let by_link = Grant { id: new_id(now), file: shared, by: None, expires_at: now + 1 };
            // Each twice: an address can be used again.
            for _ in 0..2 {
                download::begin_own(db, &own, now).await.unwrap();
            }
            assert!(download::reserve(db, anybody(&slug), &by_link, now).await.unwrap());
            for _ in 0..2 {
                download::begin_shared(db, by_link.id, 0, now).await.unwrap();
            }
            if n % 2 == 0 {
                download::directed(db, own.id).await.unwrap();
            }
            // Of a file of four bytes: half of it twice, and of some the rest.
            for grant in [&own, &by_link] {
                download::delivered(db, grant.id, 0, 2, 4, now).await.unwrap();
                download::delivered(db, grant.id, 0, 2, 4, now).await.unwrap();
                if n % 3 == 0 {
                    download::delivered(db, grant.id, 2, 4, 4, now).await.unwrap();
                    download::delivered(db, grant.id, 0, 4, 4, now).await.unwrap();
                }
            }
            roll_up(db, 5).await.unwrap();
        }
        let (kim, gone) = files[9];
        file::delete(db, kim, gone, 0).await.unwrap();
        for _ in 0..2 {
            let stored = counted(db, "select count(*), cast(sum(size) as bigint) from file").await;
            assert_eq!((stored, total(db, Metric::Stored).await), ((9, 9), (9, 9)));
            assert_eq!(total(db, Metric::Uploads).await, (10, 10));
            let complete = "select count(completed_at), cast(sum(bytes) as bigint) from download";
            let downloads = counted(db, complete).await;
            assert_eq!((downloads, total(db, Metric::Downloads).await), ((4, 32), (4, 32)));
            let started = "select count(started_at), cast(0 as bigint) from download";
            let started = counted(db, started).await;
            assert_eq!((started, total(db, Metric::DownloadStarts).await), ((12, 0), (12, 0)));
            assert_eq!(total(db, Metric::Registrations).await.0, 2);
            let top = share::most_fetched(db, 10).await.unwrap();
            assert_eq!(top.iter().map(|top| top.downloads).collect::<Vec<_>>(), [2]);
            roll_up(db, 1000).await.unwrap();
        }
    }

    #[tokio::test]
    async fn who_is_here_is_counted_once_a_day() {
        let scratch = Scratch::open().await;
        let (db, sam) = (&scratch.db, scratch.account("sam", Role::Standard).await);
        for now in [0, 1, DAY - 1, DAY, 2 * DAY + HOUR] {
            account::note_active(db, sam, MIDNIGHT + now).await.unwrap();
        }
        assert_eq!(total(db, Metric::ActiveUsers).await.0, 3);
        let since = [2, 3, 4].map(|days| MIDNIGHT + days * DAY);
        assert_eq!(account::active_since(db, since).await.unwrap(), (1, [1, 0, 0]));
    }
}
