//! Statistics: the server as it is, and what has happened when. Asked by the handlers of `/api/stats`; what they are made
//! of is counted when it happens (`db::tally`).

use std::cmp::Reverse;
use std::collections::BTreeMap;

use sharesync_protocol::api::{
    ActiveUsers, BytesByEveryPath, FileKind, Metric, Point, PurgeSum, RejectionSum, ScanSum,
    Series, Stats, Step, StoredKind, TimeSeries, TransferHour, TransferSum,
};

use crate::app::AppState;
use crate::db::tally::{self, Sum};
use crate::db::{account, share, transfer};
use crate::error::Result;
use crate::rejections;

/// How many are told of where only those with the most are.
const MOST: u32 = 10;

/// A span of time in whole steps.
#[derive(Clone, Copy)]
pub struct Span {
    /// How long one is.
    pub step: Step,
    /// When the first one begins.
    pub from: i64,
    /// When the last one ends.
    pub to: i64,
}

impl Span {
    /// The steps that the time from `from` until before `to` touches.
    pub fn touching(step: Step, from: i64, to: i64) -> Self {
        Self { step, from: step.start_of(from), to: step.start_of(to - 1) + step.ms() }
    }
}

/// What has ever happened, by metric and key.
struct Sums(Vec<(Metric, String, Sum)>);

impl Sums {
    fn of(&self, metric: Metric) -> impl Iterator<Item = (&str, Sum)> {
        self.0.iter().filter(move |(m, ..)| *m == metric).map(|(_, key, sum)| (key.as_str(), *sum))
    }

    fn total(&self, metric: Metric) -> Sum {
        self.of(metric).fold(Sum::default(), |total, (_, sum)| Sum {
            count: total.count + sum.count,
            bytes: total.bytes + sum.bytes,
        })
    }

    fn one(&self, metric: Metric, key: &str) -> Sum {
        self.of(metric).find(|(k, _)| *k == key).map(|(_, sum)| sum).unwrap_or_default()
    }
}

/// The server as it is, and what has ever happened.
pub async fn overview(app: &AppState) -> Result<Stats> {
    let now = app.clock.now_ms();
    let sums = Sums(tally::sums(&app.db).await?);
    let (stored, uploads) = (sums.total(Metric::Stored), sums.total(Metric::Uploads));
    let today = Step::Day.start_of(now);
    let days = [1, 7, 30].map(|days| today - (days - 1) * Step::Day.ms());
    let (users, [day, week, month]) = account::active_since(&app.db, days).await?;
    let transfers = transfer::total(&app.db).await?;
    Ok(Stats {
        users,
        active_users: ActiveUsers { day, week, month },
        files: stored.count,
        bytes_stored: stored.bytes,
        stored_by_kind: stored_by_kind(&sums),
        stored_by_user: account::most_stored(&app.db, MOST).await?,
        uploads: uploads.count,
        bytes_uploaded: uploads.bytes,
        downloads: sums.total(Metric::Downloads).count,
        shares: share::unexpired(&app.db, now).await?,
        top_shares: share::most_fetched(&app.db, MOST).await?,
        rooms_open: app.signaling.rooms_open().await,
        sockets_open: app.signaling.sockets_open(),
        p2p_transfers: transfers.verified + transfers.cancelled + transfers.failed,
        p2p_bytes: transfers.bytes.total(),
        bytes_by_path: BytesByEveryPath {
            direct: transfers.bytes.direct,
            turn: transfers.bytes.turn,
            relay: transfers.bytes.relay,
            storage: sums.one(Metric::Downloads, "server").bytes,
            bucket: sums.one(Metric::Downloads, "direct").bytes,
        },
        purged: PurgeSum {
            files: sums.one(Metric::Purges, "file").count,
            uploads: sums.one(Metric::Purges, "upload").count,
            bytes: sums.total(Metric::Purges).bytes,
        },
        scans: ScanSum {
            clean: sums.one(Metric::Scans, "clean").count,
            infected: sums.one(Metric::Scans, "infected").count,
        },
        rejections: rejections_of(&sums),
    })
}

fn stored_by_kind(sums: &Sums) -> Vec<StoredKind> {
    let mut kinds: Vec<StoredKind> = sums
        .of(Metric::Stored)
        .filter(|(_, sum)| sum.count > 0)
        .filter_map(|(key, sum)| {
            let kind = FileKind::named(key)?;
            Some(StoredKind { kind, files: sum.count, bytes: sum.bytes })
        })
        .collect();
    kinds.sort_by_key(|stored| Reverse(stored.bytes));
    kinds
}

fn rejections_of(sums: &Sums) -> Vec<RejectionSum> {
    let mut found: Vec<RejectionSum> = sums
        .of(Metric::Rejections)
        .filter_map(|(key, sum)| {
            let code = rejections::named(key.to_owned())?;
            Some(RejectionSum { code, count: sum.count })
        })
        .collect();
    found.sort_by_key(|rejection| Reverse(rejection.count));
    found
}

/// What happened in a span, of each of those metrics.
pub async fn time_series(app: &AppState, metrics: &[Metric], span: Span) -> Result<TimeSeries> {
    let Span { step, from, to } = span;
    let mut series = vec![];
    for metric in metrics {
        series.extend(match metric {
            Metric::Transfers => transfers(&transfer::hours(&app.db, from, to).await?, step),
            metric => tally::series(&app.db, *metric, step, from, to).await?,
        });
    }
    Ok(TimeSeries { step, from, to, series })
}

/// Transfers between browsers are counted by the hour when both sides have told of them.
fn transfers(hours: &[TransferHour], step: Step) -> Vec<Series> {
    let mut steps: BTreeMap<i64, TransferSum> = BTreeMap::new();
    for hour in hours {
        steps.entry(step.start_of(hour.hour)).or_default().add(hour);
    }
    let mut points: BTreeMap<&str, Vec<Point>> = BTreeMap::new();
    for (start, sum) in steps {
        for (key, count, bytes) in [
            ("verified", sum.verified, 0),
            ("cancelled", sum.cancelled, 0),
            ("failed", sum.failed, 0),
            ("direct", 0, sum.bytes.direct),
            ("turn", 0, sum.bytes.turn),
            ("relay", 0, sum.bytes.relay),
        ] {
            if count + bytes > 0 {
                let (count, bytes) = (count.cast_signed(), bytes.cast_signed());
                points.entry(key).or_default().push(Point { start, count, bytes });
            }
        }
    }
    let metric = Metric::Transfers;
    points.into_iter().map(|(key, points)| Series { metric, key: key.into(), points }).collect()
}
