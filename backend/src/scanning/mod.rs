//! Looking for viruses in what is stored: by ClamAV's daemon (`clamd`), where there is one, and else for the signature
//! that scanners are tested with only, which says that nothing more is done here. The library asks what is to become of
//! what is new; `jobs::scanning` has what waits looked at.

mod clamd;
mod eicar;

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use sharesync_protocol::api::ScannerHealth;
use tokio::sync::Notify;

pub use clamd::ClamdPlace;

use crate::error::Error;
use clamd::Clamd;

/// What is known of an object that has been looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found in it.
    Clean,
    /// This was found in it.
    Infected {
        /// What the scanner calls it.
        found: String,
    },
    /// It was not looked through: there is no scanner, or it does not take all of it.
    Unscanned,
}

/// Why nothing is known yet.
#[derive(Debug, thiserror::Error)]
pub enum NotScanned {
    /// The scanner is not there, whatever is shown to it.
    #[error("the scanner cannot be reached: {0}")]
    Away(#[source] io::Error),
    /// It said nothing of this object.
    #[error("the scanner has said nothing of it: {0}")]
    Refused(String),
    /// The object could not be read to its end.
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] Error),
}

impl From<NotScanned> for Error {
    fn from(cause: NotScanned) -> Self {
        match cause {
            NotScanned::Unreadable(cause) => cause,
            other => Self::internal(other),
        }
    }
}

fn unreadable(cause: io::Error) -> NotScanned {
    NotScanned::Unreadable(cause.into())
}

/// Who looks, and whoever waits to be told that there is something to look at. Clones are the same.
#[derive(Clone)]
pub struct Scanner(Arc<Shared>);

struct Shared {
    clamd: Option<Clamd>,
    waits: Notify,
}

impl Scanner {
    /// By the ClamAV at that place; without one, for the test signature only.
    pub fn new(place: Option<ClamdPlace>) -> Self {
        Self(Arc::new(Shared { clamd: place.map(Clamd::at), waits: Notify::new() }))
    }

    /// Whether what is new waits for a scanner, and is not looked at at once.
    pub fn is_apart(&self) -> bool {
        self.0.clamd.is_some()
    }

    /// Whether the scanner answers; none where there is none.
    pub async fn health(&self) -> Option<ScannerHealth> {
        let clamd = self.0.clamd.as_ref()?;
        Some(if clamd.answers().await { ScannerHealth::Up } else { ScannerHealth::Down })
    }

    /// Says that something waits.
    pub fn wake(&self) {
        self.0.waits.notify_one();
    }

    /// Returns when that was said.
    pub async fn woken(&self) {
        self.0.waits.notified().await;
    }

    /// Whether it takes as many bytes as this to know something of them.
    pub fn reads(&self, size: u64) -> bool {
        self.is_apart() || size <= eicar::LONGEST
    }

    /// Looks through content that it [reads](Self::reads).
    pub async fn look(
        &self,
        content: impl Stream<Item = io::Result<Bytes>>,
    ) -> Result<Verdict, NotScanned> {
        if let Some(clamd) = &self.0.clamd {
            return clamd.look(content).await;
        }
        let pieces: Vec<Bytes> = content.try_collect().await.map_err(unreadable)?;
        Ok(if eicar::is_in(&pieces.concat()) {
            Verdict::Infected { found: eicar::NAME.into() }
        } else {
            Verdict::Unscanned
        })
    }
}
