//! Tells people's open pages what becomes of their own files: by a socket each, in the namespace `/events` beside
//! signaling. Called by whatever changes something, which it neither delays nor fails; and by `auth`, when a session
//! ends. All of it is in memory: who listens at another server would hear nothing, and there is one to a database.

mod listeners;

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use sharesync_protocol::api::UploadedFile;
use sharesync_protocol::events::{LIBRARY, LibraryNews, UPLOAD, UploadNews, UploadState};
use sharesync_protocol::{FileId, SessionId, UploadId, UserId};
use sharesync_service_kit::clock::Clock;
use socketioxide::SocketIo;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use crate::auth::token::AccessTokens;
use crate::db::upload::{self, Upload};
use crate::db::{Db, download};
use crate::error::Error;
use listeners::Listeners;

/// How long is waited before something is said again of the same upload, or of the same library.
const PACE: Duration = Duration::from_millis(250);
/// How often it is looked whose token is over.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// Everybody's live updates; clones are the same.
#[derive(Clone)]
pub struct Events(Arc<Shared>);

struct Shared {
    listeners: Listeners,
    db: Db,
    access_tokens: AccessTokens,
    clock: Clock,
    tasks: TaskTracker,
    /// Uploads of which something was said a moment ago.
    uploads: Mutex<HashMap<UploadId, Said>>,
    /// Libraries of which something was said a moment ago, and what has waited since.
    libraries: Mutex<HashMap<UserId, Option<LibraryNews>>>,
}

/// What has happened to an upload since something was said of it.
#[derive(Clone, Copy, Default)]
struct Said {
    has_moved: bool,
    /// Its end was said: what was read before that is no news any more.
    is_over: bool,
}

impl Events {
    /// Opens the namespace. To be called inside a Tokio runtime.
    pub fn start(
        io: &SocketIo,
        db: Db,
        access_tokens: AccessTokens,
        clock: Clock,
        tasks: TaskTracker,
    ) -> Self {
        let events = Self(Arc::new(Shared {
            listeners: Listeners::new(io.clone()),
            db,
            access_tokens,
            clock,
            tasks,
            uploads: Mutex::default(),
            libraries: Mutex::default(),
        }));
        listeners::mount(io, &events.0);
        tokio::spawn(end_what_has_expired(Arc::downgrade(&events.0)));
        events
    }

    /// An upload has begun or moved: tells how far it is, four times a second at most, the last time included.
    pub fn upload_moved(&self, owner: UserId, id: UploadId) {
        if !self.0.listeners.are_there(owner) {
            return;
        }
        match locked(&self.0.uploads).entry(id) {
            Entry::Occupied(mut said) => said.get_mut().has_moved = true,
            Entry::Vacant(place) => {
                place.insert(Said::default());
                let events = self.clone();
                self.0.tasks.spawn(async move { events.follow(owner, id).await });
            }
        }
    }

    /// An upload has become a file.
    pub fn upload_completed(&self, owner: UserId, id: UploadId, file: &UploadedFile) {
        let news = UploadNews {
            id,
            name: file.name.clone(),
            size: file.size,
            received: file.size,
            state: UploadState::Complete,
            file: Some(file.id),
        };
        self.say_the_end(owner, &news);
        self.file_changed(owner, file.id);
    }

    /// An upload was given up.
    pub fn upload_given_up(&self, owner: UserId, id: UploadId, name: String, size: u64) {
        let state = UploadState::GivenUp;
        self.say_the_end(owner, &UploadNews { id, name, size, received: 0, state, file: None });
    }

    /// A file was added, renamed or removed.
    pub fn file_changed(&self, owner: UserId, file: FileId) {
        self.library_changed(owner, LibraryNews { file: Some(file) });
    }

    /// Several files, or folders, are not as they were.
    pub fn files_changed(&self, owner: UserId) {
        self.library_changed(owner, LibraryNews::default());
    }

    /// A link was made or ended.
    pub fn shares_changed(&self, owner: UserId) {
        self.library_changed(owner, LibraryNews::default());
    }

    /// Bytes of a download have left: where it is complete by that, its file's owner hears so.
    pub async fn delivered(&self, download: Uuid) {
        if !self.0.listeners.is_anybody_there() {
            return;
        }
        match download::completed(&self.0.db, download).await {
            Ok(Some((owner, file))) => self.file_changed(owner, file),
            Ok(None) => {}
            Err(cause) => tracing::debug!(%cause, "nobody is told of a download"),
        }
    }

    /// A session is over, and so are its sockets.
    pub fn session_ended(&self, session: SessionId) {
        self.0.listeners.end_session(session);
    }

    /// All of a user's sessions are over.
    pub fn sessions_ended(&self, user: UserId) {
        self.0.listeners.end_user(user);
    }

    /// Tells how an upload is until nothing has happened to it for a moment. It is read here, so that whoever sends it
    /// waits for nothing.
    async fn follow(&self, owner: UserId, id: UploadId) {
        loop {
            match upload::under_way(&self.0.db, id, self.0.clock.now_ms()).await {
                // What others send is nothing that its receiver could go on with.
                Ok(upload) if upload.is_sent() => {}
                Ok(upload) => self.say_how_it_is(owner, upload),
                // It has ended meanwhile, which is said by whoever ended it.
                Err(Error::NotFound) => {}
                Err(cause) => tracing::debug!(%cause, "nobody is told of an upload"),
            }
            tokio::time::sleep(PACE).await;
            let mut uploads = locked(&self.0.uploads);
            match uploads.get_mut(&id) {
                Some(said) if said.has_moved && !said.is_over => said.has_moved = false,
                _ => {
                    uploads.remove(&id);
                    return;
                }
            }
        }
    }

    fn say_how_it_is(&self, owner: UserId, upload: Upload) {
        // Held until it is said, so that nobody says the end in between.
        let uploads = locked(&self.0.uploads);
        if uploads.get(&upload.id).is_none_or(|said| said.is_over) {
            return;
        }
        let news = UploadNews {
            id: upload.id,
            received: upload.received(),
            name: upload.name,
            size: upload.size,
            state: UploadState::UnderWay,
            file: None,
        };
        self.0.listeners.tell(owner, UPLOAD, &news);
    }

    fn say_the_end(&self, owner: UserId, news: &UploadNews) {
        let mut uploads = locked(&self.0.uploads);
        if let Some(said) = uploads.get_mut(&news.id) {
            said.is_over = true;
        }
        self.0.listeners.tell(owner, UPLOAD, news);
    }

    fn library_changed(&self, owner: UserId, news: LibraryNews) {
        if !self.0.listeners.are_there(owner) {
            return;
        }
        match locked(&self.0.libraries).entry(owner) {
            Entry::Occupied(mut waiting) => {
                let before = waiting.get_mut();
                *before = Some(before.map_or(news, |before| before.and(news)));
            }
            Entry::Vacant(place) => {
                place.insert(None);
                self.0.listeners.tell(owner, LIBRARY, &news);
                let events = self.clone();
                self.0.tasks.spawn(async move { events.say_what_waits(owner).await });
            }
        }
    }

    async fn say_what_waits(&self, owner: UserId) {
        loop {
            tokio::time::sleep(PACE).await;
            let mut libraries = locked(&self.0.libraries);
            let Some(news) = libraries.get_mut(&owner).and_then(Option::take) else {
                libraries.remove(&owner);
                return;
            };
            self.0.listeners.tell(owner, LIBRARY, &news);
        }
    }
}

/// Looks for as long as there is anybody to tell.
async fn end_what_has_expired(events: Weak<Shared>) {
    let mut ticks = tokio::time::interval(LOOK_INTERVAL);
    loop {
        ticks.tick().await;
        let Some(events) = events.upgrade() else { return };
        events.listeners.end_expired(events.clock.now_secs());
    }
}

/// What is in it is sound at every step.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
