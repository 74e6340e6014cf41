//! What every handler can reach.

use std::sync::Arc;

use sharesync_service_kit::clock::Clock;
use tokio::sync::{Mutex, Notify};
use tokio_util::task::TaskTracker;

use crate::auth::password::Passwords;
use crate::auth::registration::Registration;
use crate::auth::second_factor::SealingKeys;
use crate::auth::token::AccessTokens;
use crate::blob::Store;
use crate::blob::part_address::PartAddresses;
use crate::blob::presign::Presigner;
use crate::db::Db;
use crate::deliveries::Deliveries;
use crate::events::Events;
use crate::file_requests::keys::RequestKeys;
use crate::library::Library;
use crate::limits::Limits;
use crate::mail::MailPlace;
use crate::oidc::Provider;
use crate::recording::Recording;
use crate::rejections::Rejections;
use crate::retention::Retention;
use crate::scanning::Scanner;
use crate::signaling::Signaling;
use crate::uploads::Uploads;
use crate::validation::{UploadSizes, Validation};

/// The server's parts; cloning shares them.
#[derive(Clone)]
pub struct AppState {
    /// The time.
    pub clock: Clock,
    /// Rows.
    pub db: Db,
    /// Bytes.
    pub store: Store,
    /// Files: rows and bytes.
    pub library: Library,
    /// Who looks for viruses.
    pub scanner: Scanner,
    /// Files on their way in.
    pub uploads: Uploads,
    /// Tells people's pages what becomes of them.
    pub events: Events,
    /// Hashes passwords.
    pub passwords: Passwords,
    /// What secrets of second factors are sealed with.
    pub sealing: Arc<SealingKeys>,
    /// Providers of identities that are taken.
    pub providers: Arc<[Provider]>,
    /// Who may make an account.
    pub registration: Arc<Registration>,
    /// How mail leaves.
    pub mail: Arc<MailPlace>,
    /// Rung when mail was queued.
    pub mail_waits: Arc<Notify>,
    /// Held by whoever is sending mail.
    pub mail_turn: Arc<Mutex<()>>,
    /// How often people may do what.
    pub limits: Arc<Limits>,
    /// Issues and checks access tokens.
    pub access_tokens: AccessTokens,
    /// Makes and checks download addresses.
    pub presigner: Presigner,
    /// Makes and checks the addresses that parts of uploads go to.
    pub part_addresses: PartAddresses,
    /// Makes and checks what those show who send to file requests.
    pub request_keys: RequestKeys,
    /// Work that outlives its request; waited for at shutdown.
    pub tasks: TaskTracker,
    /// Requests that were refused.
    pub rejections: Rejections,
    /// Deliveries that are being written down.
    pub recording: Recording,
    /// Deliveries under way of what may be fetched so many times.
    pub deliveries: Deliveries,
    /// Helps browsers find each other, here or apart.
    pub signaling: Signaling,
    /// Origins besides their own that pages may connect to: relays', and the bucket's.
    pub page_origins: Arc<[String]>,
    /// How people reach the server, where configured.
    pub public_url: Option<String>,
    /// How large a file may be.
    pub upload_sizes: UploadSizes,
    /// What is held against what comes.
    pub validation: Validation,
    /// Bytes a new account may store.
    pub user_quota: u64,
    /// For how long files are kept, for whom.
    pub retention: Retention,
    /// How long what was deleted, or has expired, can be taken back, in milliseconds.
    pub trash_kept_ms: i64,
}

impl AppState {
    /// Whether people reach the server over TLS.
    pub fn is_over_tls(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
}
