//! The ShareSync server: accounts, files, share links, the pages, and the signaling of transfers
//! between browsers, in one process. Run by the program of the same name, and by tests.

mod app;
mod archive;
mod auth;
mod blob;
pub mod config;
mod db;
mod deliveries;
mod delivery;
pub mod doctor;
mod encryption;
pub mod error;
mod events;
mod file_requests;
mod folders;
mod http;
mod jobs;
mod library;
mod limits;
mod mail;
mod names;
mod oidc;
mod pieces;
mod preview;
pub mod probe;
mod recording;
mod rejections;
mod retention;
mod scanning;
mod sharing;
pub mod signaling;
mod statistics;
mod storage;
mod trash;
mod uploads;
mod validation;

use std::fs::{File, TryLockError};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use sharesync_service_kit::clock::Clock;
use sharesync_service_kit::origin::AllowedOrigins;
use sharesync_service_kit::proxies::TrustedProxies;
use sharesync_signaling::service::Surroundings;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use http::document as openapi;
pub use jobs::purge::Purged;
pub use jobs::scrub::Scrubbed;

use crate::app::AppState;
use crate::auth::password::Passwords;
use crate::auth::second_factor::SealingKeys;
use crate::auth::token::AccessTokens;
use crate::blob::MasterKeys;
use crate::blob::part_address::PartAddresses;
use crate::blob::presign::Presigner;
use crate::config::Config;
use crate::db::{Db, download};
use crate::deliveries::Deliveries;
use crate::events::Events;
use crate::file_requests::keys::RequestKeys;
use crate::library::{Checks, Library};
use crate::oidc::Provider;
use crate::recording::Recording;
use crate::rejections::Rejections;
use crate::scanning::Scanner;
use crate::uploads::Uploads;
use crate::validation::Validation;

/// A server that is ready to serve.
pub struct Server {
    app: AppState,
    trusted_proxies: TrustedProxies,
    encryption: MasterKeys,
    /// Ends the counting of transfers and of refused requests.
    counted: CancellationToken,
    /// Held for as long as the server lives: its data folder is nobody else's.
    _lock: File,
}

impl Server {
    /// Opens the data folder, brings the database up to date and takes away what a crash left.
    pub async fn new(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let lock = lock(&config.data_dir)?;
        let db = Db::open(&config.database).await.context("cannot open the database")?;
        let store = Box::pin(storage::open(&config, &db)).await?;
        let tasks = TaskTracker::new();
        let previous = config.previous_secret.as_ref();
        let sealing = SealingKeys::new(
            config.secret.key_for("second factor"),
            previous.map(|secret| secret.key_for("second factor")),
        );
        let access_tokens = AccessTokens::new(
            &config.secret.key_for("access token"),
            previous.map(|secret| secret.key_for("access token")).as_ref(),
            clock.clone(),
        );
        let counted = CancellationToken::new();
        let counts = jobs::counting::start(db.clone(), clock.clone(), &tasks, counted.clone());
        let signaling = config.signaling.start(Surroundings {
            origins: AllowedOrigins::new(config.public_url.clone()),
            ticket_key: None,
            host: config.listen.ip(),
            secret: &config.secret,
            counts: Some(counts),
            clock: clock.clone(),
        });
        let events = Events::start(
            signaling.sockets().io(),
            db.clone(),
            access_tokens.clone(),
            clock.clone(),
            tasks.clone(),
        );
        let scanner = Scanner::new(config.clamd);
        let validation = Validation::new(config.validation);
        let checks = Checks { validation: validation.clone(), scanner: scanner.clone() };
        let library = Library::new(
            db.clone(),
            store.clone(),
            clock.clone(),
            config.retention,
            tasks.clone(),
            events.clone(),
            checks,
        );
        library.recover().await?;
        download::recover(&db).await?;
        let uploads = Uploads::new(
            db.clone(),
            store.clone(),
            library.clone(),
            clock.clone(),
            tasks.clone(),
            events.clone(),
        );
        let mut page_origins = config.relay_origins;
        page_origins.extend(Box::pin(store.origin()).await?);
        let app = AppState {
            db,
            store,
            library,
            scanner,
            uploads,
            events,
            passwords: Passwords::new(),
            sealing: Arc::new(sealing),
            providers: config
                .providers
                .into_iter()
                .map(|provider| Provider::new(provider, clock.clone()))
                .collect(),
            registration: Arc::new(config.registration),
            mail: Arc::new(config.mail),
            limits: Arc::new(config.limits.start(&clock)),
            mail_waits: Arc::default(),
            mail_turn: Arc::default(),
            access_tokens,
            presigner: Presigner::new(config.secret.key_for("download address")),
            part_addresses: PartAddresses::new(config.secret.key_for("part address")),
            request_keys: RequestKeys::new(config.secret.key_for("file request")),
            tasks,
            rejections: Rejections::default(),
            recording: Recording::default(),
            deliveries: Deliveries::default(),
            signaling,
            page_origins: page_origins.into(),
            public_url: config.public_url,
            upload_sizes: config.upload_sizes,
            validation,
            user_quota: config.user_quota,
            retention: config.retention,
            trash_kept_ms: i64::from(config.trash_days) * 24 * 3600 * 1000,
            clock,
        };
        if let Some((email, password)) = &config.admin {
            auth::accounts::ensure_admin(&app, email, password).await?;
        }
        let (trusted_proxies, encryption) = (config.trusted_proxies, config.encryption);
        Ok(Self { app, trusted_proxies, encryption, counted, _lock: lock })
    }

    /// Removes everything that has expired by now, as the schedule does.
    pub async fn purge(&self) -> error::Result<Purged> {
        jobs::purge::run(&self.app).await
    }

    /// Warns people whose files are about to expire, as the schedule does. Answers how many.
    pub async fn warn_of_expiry(&self) -> error::Result<u64> {
        jobs::warning::run(&self.app).await
    }

    /// Rolls up what has happened by now, as the schedule does. Answers how many entries there were.
    pub async fn roll_up(&self) -> error::Result<u64> {
        jobs::tallying::run(&self.app).await
    }

    /// Looks through everything whose turn it is, as the schedule does.
    pub async fn scrub(&self) -> error::Result<Scrubbed> {
        jobs::scrub::run(&self.app, &CancellationToken::new()).await
    }

    /// Sends all mail that is due, as happens by itself a moment after it was queued. Answers how many mails went.
    pub async fn send_mail(&self) -> error::Result<u64> {
        jobs::delivering::run(&self.app, &CancellationToken::new()).await
    }

    /// Serves until told to stop; returns once requests under way have ended and everything they
    /// began is done.
    pub async fn serve(
        &self,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> anyhow::Result<()> {
        self.app.mail.listens_on(listener.local_addr()?.port());
        let mut schedule = jobs::start(self.app.clone(), stop.clone()).await?;
        jobs::delivering::start(self.app.clone(), stop.clone());
        jobs::watching::start(self.app.clone(), stop.clone());
        jobs::scanning::start(self.app.clone(), stop.clone());
        jobs::tallying::start(self.app.clone(), self.counted.clone());
        self.app.tasks.spawn(encryption::rewrap_all(
            self.app.db.clone(),
            self.encryption.clone(),
            stop.clone(),
        ));
        let router = self.app.signaling.mount(http::router(self.app.clone()));
        let serving = http::serve(listener, router, self.trusted_proxies.clone(), stop.clone());
        let closing = async {
            stop.cancelled().await;
            self.app.signaling.close().await;
        };
        tokio::join!(serving, closing);
        schedule.shutdown().await?;
        self.counted.cancel();
        self.app.tasks.close();
        self.app.tasks.wait().await;
        self.app.db.close().await;
        Ok(())
    }
}

/// Takes the data folder for this process: two servers in one would remove each other's uploads.
fn lock(data_dir: &Path) -> anyhow::Result<File> {
    let path = data_dir.join("lock");
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!("another server is running in {}", data_dir.display())
        }
        Err(TryLockError::Error(e)) => Err(e).context("cannot lock the data folder"),
    }
}
