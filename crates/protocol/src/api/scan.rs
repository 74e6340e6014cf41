//! What is known of viruses in a file.

use serde::{Deserialize, Serialize};

/// What is known of viruses in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub enum ScanState {
    /// It waits for the scanner, or is being looked at: until that ends it is not handed out.
    Pending,
    /// The scanner has looked at it and found nothing.
    Clean,
    /// Something was found in it: it is kept, and never handed out.
    Infected,
    /// No scanner has looked at it: there is none, or it is larger than the scanner takes.
    Unscanned,
}

/// What is known of viruses in a file, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ScanResult {
    /// What is known of viruses in it.
    pub scan: ScanState,
    /// What was found in an infected one, as the scanner calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(example = "Eicar-Test-Signature"))]
    pub scan_found: Option<String>,
}
