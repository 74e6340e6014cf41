//! The server under test: on a port of its own, in a folder of its own, with a clock that the test
//! moves.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{Role, User};
use sharesync_server::config::Config;
use sharesync_server::{Purged, Scrubbed, Server};
use sharesync_service_kit::clock::{Clock, ManualClock};
use sharesync_test_bucket::BucketServer;
use sharesync_test_services::Postgres;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::person::PASSWORD;
use crate::{Mail, Person};

/// What a [`Stack`] is started with.
#[derive(Default)]
pub struct StackBuilder {
    variables: HashMap<String, String>,
    has_bucket: bool,
    is_on_disk: bool,
}

impl StackBuilder {
    /// Sets an environment variable, for this server alone.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Display) -> Self {
        self.variables.insert(name.into(), value.to_string());
        self
    }

    /// Has an administrator made: [`Stack::admin`].
    #[must_use]
    pub fn with_admin(self) -> Self {
        self.env("ADMIN_EMAIL", "root@example.com").env("ADMIN_PASSWORD", PASSWORD)
    }

    /// Has new objects kept in a bucket of its own, as they are: [`Stack::bucket`].
    #[must_use]
    pub fn with_bucket(mut self) -> Self {
        self.has_bucket = true;
        self.env("ENCRYPTION_KEY", "")
    }

    /// Has everything kept on the disk, whatever is tested: for tests of what a disk does.
    #[must_use]
    pub fn on_disk(mut self) -> Self {
        self.is_on_disk = true;
        self
    }

    /// Starts the server; on PostgreSQL where `SHARESYNC_TEST_DATABASE` says so, encrypting what is stored where
    /// `SHARESYNC_TEST_ENCRYPTION` does, and keeping it in a bucket where `SHARESYNC_TEST_BUCKET` does.
    pub async fn start(mut self) -> Stack {
        if let Some(server) = Postgres::if_tested() {
            let place = self.variables.entry("DATABASE_URL".into());
            place.or_insert_with(|| server.database());
        }
        if std::env::var_os("SHARESYNC_TEST_ENCRYPTION").is_some() {
            let key = self.variables.entry("ENCRYPTION_KEY".into());
            key.or_insert_with(|| "a key of thirty-two bytes or more".into());
        }
        let is_encrypting = self.variables.get("ENCRYPTION_KEY").is_some_and(|key| !key.is_empty());
        // What passes through the server does so by the same addresses wherever it goes then.
        let is_tested = is_encrypting
            && !self.is_on_disk
            && std::env::var_os("SHARESYNC_TEST_BUCKET").is_some();
        let bucket = if self.has_bucket || is_tested {
            Some(open_bucket(&mut self.variables).await)
        } else {
            None
        };
        let folder = tempfile::tempdir().expect("a test has a place for its files");
        let clock = ManualClock::starting_now();
        let running = Running::start(folder.path(), &self.variables, &clock).await;
        Stack { folder, bucket, clock, variables: self.variables, running }
    }
}

/// A running server. Stopped, and its folder removed, when dropped.
pub struct Stack {
    folder: TempDir,
    bucket: Option<BucketServer>,
    clock: ManualClock,
    variables: HashMap<String, String>,
    running: Running,
}

struct Running {
    server: Arc<Server>,
    url: String,
    stop: DropGuard,
    task: JoinHandle<anyhow::Result<()>>,
}

impl Running {
    async fn start(
        folder: &Path,
        variables: &HashMap<String, String>,
        clock: &ManualClock,
    ) -> Self {
        let value_of = |name: &str| match name {
            "SHARESYNC_DATA_DIR" => folder.to_str().map(str::to_owned),
            // A port of its own, on loopback only.
            "HOST" => Some(variables.get(name).cloned().unwrap_or_else(|| "127.0.0.1".into())),
            "TURN_PORT" if !variables.contains_key("TURN_URLS") => {
                Some(variables.get(name).cloned().unwrap_or_else(|| "0".into()))
            }
            // Everybody in a test comes from one address, at one moment.
            // That of signaling is where signaling is.
            name if name.starts_with("RATE_LIMIT_") && name != "RATE_LIMIT_ROOM_JOIN" => {
                Some(variables.get(name).cloned().unwrap_or_else(|| "off".into()))
            }
            name => variables.get(name).cloned(),
        };
        let names: Vec<_> = variables.keys().cloned().collect();
        let config = Config::read(&value_of, &names);
        let config = config.expect("a test's configuration is good");
        let server = Box::pin(Server::new(config, Clock::Manual(clock.clone()))).await;
        let server = Arc::new(server.expect("the server starts"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has free ports");
        let url = format!("http://{}", listener.local_addr().expect("the listener is bound"));
        let stop = CancellationToken::new();
        let task = tokio::spawn({
            let (server, stop) = (Arc::clone(&server), stop.clone());
            async move { server.serve(listener, stop).await }
        });
        Self { server, url, stop: stop.drop_guard(), task }
    }

    async fn stop(self) {
        drop(self.stop);
        self.task.await.expect("the server does not panic").expect("the server stops cleanly");
    }
}

impl Stack {
    /// A server with nothing configured.
    pub async fn start() -> Self {
        StackBuilder::default().start().await
    }

    /// To configure a server before it starts.
    pub fn builder() -> StackBuilder {
        StackBuilder::default()
    }

    /// Stops the server gracefully and starts another in the same folder.
    pub async fn restart(self) -> Self {
        let Self { folder, bucket, clock, variables, running } = self;
        running.stop().await;
        let running = Running::start(folder.path(), &variables, &clock).await;
        Self { folder, bucket, clock, variables, running }
    }

    /// The same, with a bucket for what is new.
    pub async fn restart_with_bucket(mut self) -> Self {
        self.bucket = Some(open_bucket(&mut self.variables).await);
        self.restart().await
    }

    /// The same, with another value of a variable.
    pub async fn restart_with(mut self, name: &str, value: impl Display) -> Self {
        self.variables.insert(name.into(), value.to_string());
        self.restart().await
    }

    /// Where the server answers, without a slash at the end.
    pub fn url(&self) -> &str {
        &self.running.url
    }

    /// The server's time, in milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> i64 {
        Clock::Manual(self.clock.clone()).now_ms()
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Runs the purge now.
    pub async fn purge(&self) -> Purged {
        self.running.server.purge().await.expect("the purge runs")
    }

    /// Warns people now whose files are about to expire. Answers how many.
    pub async fn warn_of_expiry(&self) -> u64 {
        self.running.server.warn_of_expiry().await.expect("people can be warned")
    }

    /// Rolls up now what has happened. Answers how many entries there were.
    pub async fn roll_up(&self) -> u64 {
        self.running.server.roll_up().await.expect("what happened is rolled up")
    }

    /// Looks now through what is stored.
    pub async fn scrub(&self) -> Scrubbed {
        self.running.server.scrub().await.expect("the scrub runs")
    }

    /// Somebody who is not signed in.
    pub fn anonymous(&self) -> Person {
        Person::at(self.url())
    }

    /// Somebody newly registered and signed in.
    pub async fn user(&self, name: &str) -> Person {
        let mut person = self.anonymous();
        person.register(name).await;
        person.sign_in(name).await;
        person
    }

    /// The administrator that the server was started with, signed in.
    pub async fn admin(&self) -> Person {
        let mut admin = self.anonymous();
        admin.sign_in("root").await;
        admin
    }

    /// What was mailed to an address, oldest first.
    pub async fn mail_to(&self, address: &str) -> Vec<Mail> {
        self.running.server.send_mail().await.expect("mail is sent");
        Mail::all_in(&self.folder.path().join("mail"), address)
    }

    /// The token in the last link that was mailed to an address. Mails that only tell something may lie before it or behind it:
    /// those of one moment have no order.
    pub async fn mailed_token(&self, address: &str) -> String {
        let mails = self.mail_to(address).await;
        mails.iter().rev().find_map(Mail::token).expect("a link was mailed")
    }

    /// Somebody with a role, made by an administrator and signed in.
    pub async fn somebody(&self, admin: &Person, name: &str, role: Role) -> Person {
        let email = format!("{name}@example.com");
        let body = json!({ "email": email, "username": name, "password": PASSWORD, "role": role });
        admin.post("/api/admin/users", body).await.json::<User>(201);
        let mut person = self.anonymous();
        person.sign_in(name).await;
        person
    }

    /// Everything that lies in the store, finished or not.
    pub fn stored_files(&self) -> Vec<PathBuf> {
        let mut found = vec![];
        for part in ["objects", "incoming"] {
            collect_files(&self.folder.path().join(part), &mut found);
        }
        let in_bucket = self.bucket.as_ref().map(|bucket| bucket.file_of("objects"));
        if let Some(objects) = in_bucket.filter(|objects| objects.exists()) {
            collect_files(&objects, &mut found);
        }
        found
    }

    /// Where the server keeps what it keeps.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// The bucket that objects are kept in, of a server that was started [with one](StackBuilder::with_bucket).
    pub fn bucket(&self) -> &BucketServer {
        self.bucket.as_ref().expect("the server has a bucket")
    }
}

/// A bucket, of which the variables tell.
async fn open_bucket(variables: &mut HashMap<String, String>) -> BucketServer {
    let bucket = BucketServer::start().await;
    variables.extend([
        ("S3_ENDPOINT".into(), bucket.endpoint()),
        ("S3_BUCKET_NAME".into(), bucket.bucket().into()),
        ("S3_ACCESS_KEY".into(), bucket.access_key().into()),
        ("S3_SECRET_KEY".into(), bucket.secret_key().into()),
    ]);
    bucket
}

fn collect_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the store's folders are there") {
        let path = entry.expect("the store can be read").path();
        if path.is_dir() { collect_files(&path, found) } else { found.push(path) }
    }
}
