//! Takes the files of a request that are there: judges each, fetches it, gives it a name that is free here, and then, where
//! that is wished for, moves the server's copy to the trash. Each step is in the ledger before the next.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::PathBuf;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use sharesync_peer::transfer::{printable, saved_name};
use sharesync_protocol::api::{FilePage, FileSummary, ProblemCode, UploadedFile};
use sharesync_protocol::transfer::OfferedFile;
use sharesync_protocol::{FileId, FolderId};

use super::super::policy::Policy;
use super::Terms;
use super::ledger::{Known, Ledger};
use super::refused::Refused;
use crate::api::Api;
use crate::commands::words::count;
use crate::config::Places;
use crate::download::{
    AT_ONCE, Source, Wanted, Whole, abandon, fetch_whole, has_got_name, length_so_far,
};
use crate::exit_code::ExitCode;
use crate::failure::{Failure, Passing, Result};
use crate::local_name::numbered;
use crate::output::shown;
use crate::size;

/// Takes files.
pub struct Intake<'a> {
    api: &'a Api,
    places: &'a Places,
    terms: Terms,
    ledger: Ledger,
    /// What may be taken later: its scan is not over, there is no room for it, or it could not be fetched.
    waiting: HashSet<FileId>,
    /// What is on its way, with its name and its size.
    moving: HashMap<FileId, (String, u64)>,
    /// What arrived otherwise than its digest says.
    spoilt: HashSet<FileId>,
    /// What was said of files that wait.
    said: HashSet<(FileId, String)>,
    /// Why something could not be taken that may be taken later.
    trouble: Option<Failure>,
}

/// A file that is to be fetched.
struct Goal {
    file: FileSummary,
    /// The name that it is fetched for.
    at: String,
}

impl<'a> Intake<'a> {
    /// One that takes on these terms, and goes on from this.
    pub fn new(api: &'a Api, places: &'a Places, terms: Terms, ledger: Ledger) -> Self {
        Self {
            api,
            places,
            terms,
            ledger,
            waiting: HashSet::new(),
            moving: HashMap::new(),
            spoilt: HashSet::new(),
            said: HashSet::new(),
            trouble: None,
        }
    }

    /// The request's title; `None` where nothing is known of it.
    pub fn title(&self) -> Option<String> {
        self.ledger.titles().last().cloned()
    }

    /// What came to a request of this title is taken from this folder.
    pub fn look_for(&mut self, folder: Option<FolderId>, title: &str) -> Result<()> {
        self.ledger.asked(folder, title)
    }

    /// Whether there is something that may be taken later.
    pub fn is_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Says how much there is that may be taken later.
    pub fn say_what_waits(&self) {
        if self.is_waiting() {
            let files = count(self.waiting.len(), "file");
            self.api.output().note(format_args!("not taken yet: {files}; run it again later"));
        }
    }

    /// There is nothing to go on with any more.
    pub fn forget(&mut self) {
        self.ledger.forget();
    }

    /// What all came to: fails where something could not be taken.
    pub fn end(&mut self) -> Result<()> {
        self.trouble.take().map_or(Ok(()), Err)
    }

    /// Takes what is there: of everything, oldest first, or from the newest on down to where everything is known. Fails where
    /// the server is away, and where there is no going on.
    pub async fn look(&mut self, is_whole: bool) -> Result<()> {
        self.trouble = None;
        self.moving.clear();
        let folder = self.ledger.folder();
        let folder = folder.map_or_else(|| "root".to_owned(), |folder| folder.to_string());
        let order = if is_whole { "asc" } else { "desc" };
        let path = format!("/api/files?folder_id={folder}&sort=added&order={order}&limit=200");
        let mut there = HashSet::new();
        let mut cursor = None;
        let is_all = loop {
            let page: FilePage = match &cursor {
                None => self.api.get(&path).await?,
                Some(cursor) => self.api.get(&format!("{path}&cursor={cursor}")).await?,
            };
            let mut files: Vec<_> = page.items.into_iter().filter(|it| self.is_asked(it)).collect();
            if !is_whole {
                files.reverse();
            }
            there.extend(files.iter().map(|file| file.file.id));
            let is_known = files.iter().all(|file| self.is_settled(file.file.id));
            self.take(files).await?;
            let Some(next) = page.next_cursor else { break true };
            if !is_whole && is_known && self.waiting.is_subset(&there) {
                break false;
            }
            cursor = Some(utf8_percent_encode(&next, NON_ALPHANUMERIC).to_string());
        };
        if is_all {
            self.leave_behind(&there)?;
        }
        match self.trouble.take() {
            // It is waited for, and longer.
            Some(failure) if failure.exit != ExitCode::LocalFile && !self.terms.once => {
                Err(failure)
            }
            trouble => {
                self.trouble = trouble;
                Ok(())
            }
        }
    }

    /// Whether a file came by the request; nothing but its title says so.
    fn is_asked(&self, file: &FileSummary) -> bool {
        file.received.as_ref().is_some_and(|by| self.ledger.titles().contains(&by.request))
    }

    /// Whether there is nothing to be done about a file.
    fn is_settled(&self, file: FileId) -> bool {
        let is_over = match self.ledger.known(file) {
            Some(Known::Taken(remove)) => !(*remove && self.terms.remove),
            Some(Known::Declined(_)) => true,
            _ => false,
        };
        is_over && !self.waiting.contains(&file)
    }

    /// What is not there any more is not waited for, and what had come of it is of no use.
    fn leave_behind(&mut self, there: &HashSet<FileId>) -> Result<()> {
        self.waiting.retain(|file| there.contains(file));
        let gone = self.ledger.unfinished().filter(|(file, _)| !there.contains(file));
        let gone: Vec<_> = gone.map(|(file, at)| (file, at.to_owned())).collect();
        for (file, at) in gone {
            abandon(self.places, &self.terms.folder.path.join(at));
            self.ledger.forgotten(file)?;
        }
        self.ledger.tidy(there)
    }

    /// Takes these, several at a time.
    async fn take(&mut self, files: Vec<FileSummary>) -> Result<()> {
        let mut queue = VecDeque::from(files);
        let mut fetching = FuturesUnordered::new();
        loop {
            while fetching.len() < AT_ONCE
                && let Some(file) = queue.pop_front()
            {
                if let Some(goal) = self.admit(file).await? {
                    let place = self.terms.folder.path.join(&goal.at);
                    fetching.push(fetch(self.api, self.places, place, goal));
                }
            }
            let Some((goal, fetched)) = fetching.next().await else { return Ok(()) };
            self.moving.remove(&goal.file.file.id);
            match fetched.and_then(|whole| self.keep(&goal, &whole)) {
                Ok(()) => self.remove_there(goal.file.file.id).await?,
                Err(failure) => self.not_taken(&goal.file, failure)?,
            }
        }
    }

    /// Whether a file is to be fetched.
    async fn admit(&mut self, file: FileSummary) -> Result<Option<Goal>> {
        let id = file.file.id;
        let at = match self.ledger.known(id).cloned() {
            Some(Known::Taken(_)) => {
                self.remove_there(id).await?;
                return Ok(None);
            }
            // This process, or one before, had come to where it gets its name.
            Some(Known::Whole(at, name)) => {
                let folder = &self.terms.folder.path;
                if has_got_name(self.places, &folder.join(&at), &folder.join(&name))? {
                    self.taken(&file, &name)?;
                    self.remove_there(id).await?;
                    return Ok(None);
                }
                Some(at)
            }
            Some(Known::Taking(at)) => Some(at),
            Some(Known::Declined(_)) | None => None,
        };
        if self.spoilt.contains(&id) {
            return Ok(None);
        }
        if let Some(refused) = self.judge(&file) {
            if let Some(at) = at.filter(|_| !refused.passes) {
                abandon(self.places, &self.terms.folder.path.join(at));
            }
            self.decline(&file, &refused)?;
            return Ok(None);
        }
        self.waiting.remove(&id);
        let at = if let Some(at) = at {
            at
        } else {
            let at = self.free_name(&file);
            self.ledger.taking(id, &at)?;
            at
        };
        self.moving.insert(id, (at.clone(), file.file.size));
        Ok(Some(Goal { file, at }))
    }

    /// Why a file is not taken, or not now. One that has begun to come was within the limits.
    fn judge(&self, file: &FileSummary) -> Option<Refused> {
        if let Some(refused) = Refused::by_server(file) {
            return Some(refused);
        }
        let begun = match self.ledger.known(file.file.id) {
            Some(Known::Taking(at) | Known::Whole(at, _)) => Some(at.as_str()),
            _ => None,
        };
        if begun.is_none()
            && let Some(refused) = self.refusal(file)
        {
            return Some(refused);
        }
        self.no_space(file.file.size, begun)
    }

    /// Why the policy does not allow a file.
    fn refusal(&self, file: &FileSummary) -> Option<Refused> {
        let offered = OfferedFile {
            name: file.file.name.clone(),
            path: None,
            size: file.file.size,
            media_type: String::new(),
            modified_at: file.file.created_at,
        };
        let offered = [offered];
        // What is wrong with the file itself is said first.
        let all = Policy { max_files: usize::MAX, max_size: u64::MAX, ..self.terms.policy.clone() };
        let refusal = all.judge(&offered).and_then(|()| self.left().judge(&offered)).err()?;
        Some(Refused::by_policy(&refusal))
    }

    /// Whether there is no room for a file of this size, of which some may be there.
    fn no_space(&self, size: u64, begun: Option<&str>) -> Option<Refused> {
        let so_far = |at: &str| length_so_far(self.places, &self.terms.folder.path.join(at));
        let missing = size.saturating_sub(begun.map_or(0, so_far));
        let promised = self.moving.values().map(|(at, size)| size.saturating_sub(so_far(at)));
        let free = self.terms.folder.store("").ok().and_then(|store| store.free_bytes().ok());
        let needed = missing.saturating_add(promised.sum());
        (needed > free.unwrap_or_default()).then(|| Refused::no_space(missing))
    }

    /// The policy, of what was taken and is on its way already.
    fn left(&self) -> Policy {
        let (files, bytes) = self.ledger.sum();
        let coming: u64 = self.moving.values().map(|(_, size)| size).sum();
        let policy = self.terms.policy.clone();
        Policy {
            max_files: policy.max_files.saturating_sub(files + self.moving.len()),
            max_size: policy.max_size.saturating_sub(bytes.saturating_add(coming)),
            ..policy
        }
    }

    /// A name for a file that nothing has here, and nothing on its way is to have.
    fn free_name(&self, file: &FileSummary) -> String {
        let name = saved_name(&file.file.name, self.terms.folder.hidden);
        let others = self.ledger.unfinished().filter(|(other, _)| *other != file.file.id);
        // Some file systems tell names that differ in case only not apart.
        let reserved: HashSet<_> = others
            .flat_map(|(_, at)| [at.to_lowercase(), format!("{}.part", at.to_lowercase())])
            .collect();
        let is_free = |name: &String| {
            let names = [name.clone(), format!("{name}.part")];
            names.iter().all(|name| {
                !reserved.contains(&name.to_lowercase())
                    && self.terms.folder.path.join(name).symlink_metadata().is_err()
            })
        };
        let names = (0..).map(|number| match number {
            0 => name.clone(),
            number => numbered(&name, number),
        });
        names.into_iter().find(is_free).expect("a folder has fewer files than there are numbers")
    }

    /// A file is here whole: it gets a name that nothing has, and is taken.
    fn keep(&mut self, goal: &Goal, whole: &Whole) -> Result<()> {
        let mut name = goal.at.clone();
        whole.sync()?;
        loop {
            self.ledger.whole(goal.file.file.id, &goal.at, &name)?;
            if whole.name(&self.terms.folder.path.join(&name))? {
                return self.taken(&goal.file, &name);
            }
            name = self.free_name(&goal.file);
        }
    }

    /// A file has its name here, for good.
    fn taken(&mut self, file: &FileSummary, name: &str) -> Result<()> {
        let UploadedFile { id, size, .. } = file.file;
        self.ledger.taken(id, size, self.terms.remove)?;
        self.waiting.remove(&id);
        let path = self.terms.folder.path.join(name);
        let path = shown(&path.to_string_lossy()).into_owned();
        let event =
            json!({ "event": "taken", "name": printable(name), "size": size, "path": path });
        self.api.output().event(&from(file, event))?;
        let from = sender(file).map(|sender| format!(", from {sender}")).unwrap_or_default();
        let size = size::words(size);
        self.api.output().note(format_args!("taken: {}, {size}{from}", printable(name)));
        Ok(())
    }

    /// Moves the server's copy of a file that was taken to the trash, where that is wished for.
    async fn remove_there(&mut self, file: FileId) -> Result<()> {
        if !self.terms.remove || self.ledger.known(file) != Some(&Known::Taken(true)) {
            return Ok(());
        }
        match self.api.delete(&format!("/api/files/{file}")).await {
            Ok(()) => {}
            Err(failure) if failure.is(ProblemCode::NotFound) => {}
            Err(failure) => {
                self.waiting.insert(file);
                return Err(failure);
            }
        }
        self.waiting.remove(&file);
        self.ledger.removed(file)
    }

    /// A file is not taken: for good, or it is waited for. Said once.
    fn decline(&mut self, file: &FileSummary, refused: &Refused) -> Result<()> {
        let id = file.file.id;
        let name = printable(&file.file.name);
        let output = self.api.output();
        if refused.passes {
            self.waiting.insert(id);
            if self.said.insert((id, refused.code.to_owned())) {
                let event = json!({ "event": "waiting", "reason": refused.code, "file": name });
                output.event(&from(file, event))?;
                output.note(format_args!("waiting for {name}: {}", refused.words));
            }
            return Ok(());
        }
        self.waiting.remove(&id);
        if self.ledger.known(id) == Some(&Known::Declined(refused.code.to_owned())) {
            return Ok(());
        }
        let event = json!({ "event": "declined", "reason": refused.code, "file": name });
        output.event(&from(file, event))?;
        output.note(format_args!("declined: {name}: {}", refused.words));
        self.ledger.declined(id, refused.code)
    }

    /// A file could not be taken. Fails where that is about all of them.
    fn not_taken(&mut self, file: &FileSummary, failure: Failure) -> Result<()> {
        let id = file.file.id;
        if failure.is(ProblemCode::ScanPending) {
            return self.decline(file, &Refused::scan_pending());
        }
        if failure.is(ProblemCode::Quarantined) {
            return self.decline(file, &Refused::infected(None));
        }
        match failure.exit {
            ExitCode::NotFound => {
                if let Some(Known::Taking(at)) = self.ledger.known(id) {
                    abandon(self.places, &self.terms.folder.path.join(at));
                }
                self.waiting.remove(&id);
                return self.ledger.forgotten(id);
            }
            ExitCode::Damaged => {
                self.spoilt.insert(id);
                return self.decline(file, &Refused::damaged(failure.message));
            }
            ExitCode::Done | ExitCode::NotSignedIn | ExitCode::Refused => return Err(failure),
            _ => {}
        }
        self.waiting.insert(id);
        let is_away = matches!(failure.passing, Passing::NotConnected | Passing::Lost);
        if is_away || failure.is(ProblemCode::RateLimited) {
            return Err(failure);
        }
        let failure = failure.about(&file.file.name);
        if self.said.insert((id, failure.message.clone())) {
            self.api.output().warn(&failure.message);
        }
        // It has been said.
        self.trouble.get_or_insert(Failure { message: String::new(), ..failure });
        Ok(())
    }
}

/// Fetches a file for a place.
async fn fetch(api: &Api, places: &Places, place: PathBuf, goal: Goal) -> (Goal, Result<Whole>) {
    let file = &goal.file.file;
    let wanted = Wanted {
        source: Source::Library(file.id),
        name: file.name.clone(),
        size: file.size,
        digest: Some(file.digest),
    };
    let fetched = fetch_whole(api, &wanted, &place, places).await;
    (goal, fetched)
}

/// Who sent a file, as they called themselves.
fn sender(file: &FileSummary) -> Option<String> {
    file.received.as_ref()?.sender.as_deref().map(printable)
}

/// An event about a file, with who sent it.
fn from(file: &FileSummary, mut event: Value) -> Value {
    if let Some(sender) = sender(file) {
        event["from"] = json!(sender);
    }
    event
}
