//! What happened when: counts by the hour or by the day.

use serde::{Deserialize, Serialize};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Files that came, by whatever way, and their bytes.
    Uploads,
    /// Downloads that began: `shared` through a link, or `own`.
    DownloadStarts,
    /// Downloads that were completed, and the bytes that were delivered without a gap from the start, of others, too: by the
    /// `server`, or `direct` from the bucket.
    Downloads,
    /// Files that are stored, by their kind, and their bytes: what came, less what went for good.
    Stored,
    /// Accounts that were made.
    Registrations,
    /// People who were here, each once a day (UTC).
    ActiveUsers,
    /// Files that were looked through for viruses: `clean` or `infected`.
    Scans,
    /// What the purge took away, a `file` or an `upload`, and its bytes.
    Purges,
    /// Requests that were refused or failed, by the code of the problem.
    Rejections,
    /// Transfers between browsers: how many were `verified`, `cancelled` or `failed`; and the bytes that went `direct`, by
    /// `turn` or by `relay`.
    Transfers,
}

impl Metric {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Uploads,
        Self::DownloadStarts,
        Self::Downloads,
        Self::Stored,
        Self::Registrations,
        Self::ActiveUsers,
        Self::Scans,
        Self::Purges,
        Self::Rejections,
        Self::Transfers,
    ];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uploads => "uploads",
            Self::DownloadStarts => "download_starts",
            Self::Downloads => "downloads",
            Self::Stored => "stored",
            Self::Registrations => "registrations",
            Self::ActiveUsers => "active_users",
            Self::Scans => "scans",
            Self::Purges => "purges",
            Self::Rejections => "rejections",
            Self::Transfers => "transfers",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.name() == name)
    }
}

/// How long the time is that a point stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// An hour.
    Hour,
    /// A day (UTC).
    Day,
}

impl Step {
    /// Its length, in milliseconds.
    pub const fn ms(self) -> i64 {
        match self {
            Self::Hour => 3600 * 1000,
            Self::Day => 24 * 3600 * 1000,
        }
    }

    /// When the step began that a moment lies in, both in milliseconds since the Unix epoch.
    pub fn start_of(self, at: i64) -> i64 {
        at - at.rem_euclid(self.ms())
    }
}

/// Answer of `GET /api/stats/timeseries`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TimeSeries {
    /// How long the time is that a point stands for.
    pub step: Step,
    /// When the first step of the span begins, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "server", schema(example = 1_763_942_400_000_i64))]
    pub from: i64,
    /// When its last one ends.
    #[cfg_attr(feature = "server", schema(example = 1_764_547_200_000_i64))]
    pub to: i64,
    /// One for each metric and each of its keys of which something happened.
    pub series: Vec<Series>,
}

/// One line of a chart.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Series {
    /// What is counted.
    pub metric: Metric,
    /// By what it is divided; empty where it is not.
    #[cfg_attr(feature = "server", schema(example = "server"))]
    pub key: String,
    /// Steps in which something happened, earliest first; others are left out.
    pub points: Vec<Point>,
}

/// What happened in one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Point {
    /// When it began, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "server", schema(example = 1_763_942_400_000_i64))]
    pub start: i64,
    /// How often. Of what is stored: how many more there are, which may be fewer.
    pub count: i64,
    /// Bytes.
    pub bytes: i64,
}
