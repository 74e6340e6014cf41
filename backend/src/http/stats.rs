//! Statistics, for administrators.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use sharesync_protocol::api::{Metric, Stats, Step, TimeSeries, TransferStats, TransferSum};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::extract::Query;
use crate::app::AppState;
use crate::db::transfer;
use crate::error::{Error, Result};
use crate::statistics;

/// Milliseconds of a day.
const DAY_MS: i64 = 24 * 3600 * 1000;
/// Days that are told of by the hour, at most.
const MAX_DAYS_BY_HOUR: i64 = 31;
/// Days that are told of where the request does not say.
const DEFAULT_DAYS: i64 = 7;
/// Most days.
const MAX_DAYS: i64 = 366;

/// From when to when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Span {
    /// From when on (RFC 3339); seven days before `to` where not given.
    #[param(format = DateTime, example = "2026-11-01T00:00:00Z")]
    from: Option<String>,
    /// Until before when (RFC 3339), 366 days after `from` at most; now where not given.
    #[param(format = DateTime, example = "2026-11-08T00:00:00Z")]
    to: Option<String>,
}

impl Span {
    /// From when to when, in milliseconds since the Unix epoch. [`Error::Invalid`] where that is no time.
    fn bounds(&self, now: i64) -> Result<(i64, i64)> {
        let to = self.to.as_deref().map_or(Ok(now), |to| moment("to", to))?;
        let before = to - DEFAULT_DAYS * DAY_MS;
        let from = self.from.as_deref().map_or(Ok(before), |from| moment("from", from))?;
        if from >= to {
            Err(Error::invalid("from", "must be before `to`"))
        } else if to - from > MAX_DAYS * DAY_MS {
            Err(Error::invalid("from", format!("must be at most {MAX_DAYS} days before `to`")))
        } else {
            Ok((from, to))
        }
    }
}

fn moment(field: &str, text: &str) -> Result<i64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok();
    let ms =
        moment.and_then(|moment| i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok());
    ms.ok_or_else(|| Error::invalid(field, "must be a time such as 2026-11-01T00:00:00Z"))
}

/// Which figures, when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// `hour` or `day` (UTC); by the hour the span is of 31 days at most.
    #[param(inline)]
    step: Option<Step>,
    /// Metrics, separated by commas; all of them where not given.
    #[param(example = "uploads,downloads")]
    metrics: Option<String>,
}

impl Wanted {
    fn metrics(&self) -> Result<Vec<Metric>> {
        let Some(names) = &self.metrics else { return Ok(Metric::ALL.into()) };
        let metric = |name: &str| {
            let unknown = || Error::invalid("metrics", format!("{name:?} is no metric"));
            Metric::named(name).ok_or_else(unknown)
        };
        let wanted: BTreeSet<Metric> = names.split(',').map(metric).collect::<Result<_>>()?;
        Ok(wanted.into_iter().collect())
    }

    fn steps(&self, (from, to): (i64, i64)) -> Result<statistics::Span> {
        let step = self.step.unwrap_or(Step::Day);
        if step == Step::Hour && to - from > MAX_DAYS_BY_HOUR * DAY_MS {
            let message =
                format!("must be at most {MAX_DAYS_BY_HOUR} days before `to` by the hour");
            return Err(Error::invalid("from", message));
        }
        Ok(statistics::Span::touching(step, from, to))
    }
}

/// The server as it is
///
/// And what has happened in all of time: counted when it happened, so that it is exact however much that is.
#[utoipa::path(
    get, path = "/api/stats", operation_id = "stats", tag = "Administration",
    responses((status = 200, body = Stats))
)]
pub async fn overview(State(app): State<AppState>) -> Result<Json<Stats>> {
    Ok(Json(statistics::overview(&app).await?))
}

/// What happened when
///
/// By the hour or by the day; steps are whole: those that the span touches. Hours are kept for a year, days for good.
#[utoipa::path(
    get, path = "/api/stats/timeseries", operation_id = "time_series", tag = "Administration",
    params(Span, Wanted),
    responses(
        (status = 200, body = TimeSeries),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn time_series(
    State(app): State<AppState>,
    Query(span): Query<Span>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<TimeSeries>> {
    let (metrics, span) = (wanted.metrics()?, wanted.steps(span.bounds(app.clock.now_ms())?)?);
    Ok(Json(statistics::time_series(&app, &metrics, span).await?))
}

/// Transfers between browsers, by the hour
///
/// What both sides of a transfer reported: how it ended, how many files arrived, and how many bytes took
/// which path. Hours are whole: those that the span touches.
#[utoipa::path(
    get, path = "/api/stats/transfers", operation_id = "transfer_stats", tag = "Administration",
    params(Span),
    responses(
        (status = 200, body = TransferStats),
        (status = 422, description = "`invalid`"),
    )
)]
pub async fn transfers(
    State(app): State<AppState>,
    Query(span): Query<Span>,
) -> Result<Json<TransferStats>> {
    let (from, to) = span.bounds(app.clock.now_ms())?;
    let items = transfer::hours(&app.db, from, to).await?;
    let mut total = TransferSum::default();
    for hour in &items {
        total.add(hour);
    }
    Ok(Json(TransferStats { items, total }))
}
