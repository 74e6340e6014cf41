//! Senders and receivers, and what they send.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use sharesync_peer::transfer::{
    Decide, Decision, DirectoryStore, Ended, Outcome, Progress, Receiver, Sender, Source, Steering,
    Store, Talk,
};
use sharesync_protocol::transfer::{FailureCode, OfferedFile};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::channel_pair::Connection;

/// Bytes of a block.
pub const BLOCK: usize = 256 * 1024;
/// Bytes of a file that is not over before somebody has done something about it: several times what may be on its way.
pub const LONG: usize = 200 * BLOCK;
/// How long anything takes at most, on the slowest of computers.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long an offer settles.
pub const SETTLED: Duration = Duration::from_millis(20);

/// Bytes that look random and are the same every time.
pub fn noise(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut noise = Vec::with_capacity(bytes + 8);
    while noise.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend(state.to_le_bytes());
    }
    noise.truncate(bytes);
    noise
}

/// Answers at once, and always the same.
pub struct Always(pub Decision);

#[async_trait]
impl Decide for Always {
    async fn decide(&self, _offered: &[OfferedFile]) -> Decision {
        self.0.clone()
    }
}

/// Never answers.
pub struct Undecided;

#[async_trait]
impl Decide for Undecided {
    async fn decide(&self, _offered: &[OfferedFile]) -> Decision {
        std::future::pending().await
    }
}

/// A folder with these files in it, by their paths.
pub fn folder_of(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    folder
}

/// Files to send, by their names.
pub fn set_aside(files: &[(&str, &[u8])]) -> Arc<[Arc<Source>]> {
    let source = |(name, content): &(&str, &[u8])| Source::set_aside(name, *content, 0).unwrap();
    files.iter().map(|file| Arc::new(source(file))).collect()
}

pub fn sender_of(files: Arc<[Arc<Source>]>) -> (Sender, Steering) {
    let steering = Steering::new();
    let line = Talk::new().0.line_to("receiver");
    (Sender::new(files, line, steering.clone()).unwrap(), steering)
}

pub fn receiver_into(store: Arc<dyn Store>, decide: impl Decide) -> (Receiver, Steering) {
    let steering = Steering::new();
    let line = Talk::new().0.line_to("sender");
    let receiver = Receiver::new(store, Arc::new(decide), line, steering.clone());
    (receiver.settling_after(SETTLED), steering)
}

/// A store in a folder, always with the same key.
pub fn store_in(folder: &Path) -> Arc<dyn Store> {
    Arc::new(DirectoryStore::open(folder, &[7; 16], false).unwrap())
}

pub fn receiver_in(folder: &Path) -> (Receiver, Steering) {
    receiver_into(store_in(folder), Always(Decision::AcceptAll))
}

/// Runs a conversation at both ends.
pub async fn converse(
    sender: &mut Sender,
    receiver: &mut Receiver,
    connection: &Connection,
) -> (Ended, Ended) {
    let sending = sender.converse(&connection.sender);
    let receiving = receiver.converse(&connection.receiver);
    in_time(async { tokio::join!(sending, receiving) }).await
}

/// Fails where something waits for what does not come.
pub async fn in_time<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it comes to an end")
}

/// Sends these files into this folder; how both sides see it.
pub async fn transfer(files: Arc<[Arc<Source>]>, folder: &Path) -> (Ended, Ended) {
    let (mut sender, _) = sender_of(files);
    let (mut receiver, _) = receiver_in(folder);
    converse(&mut sender, &mut receiver, &Connection::new()).await
}

pub const VERIFIED: (Ended, Ended) =
    (Ended::Over(Outcome::Verified), Ended::Over(Outcome::Verified));

/// Resolves when the progress says yes.
pub async fn when(progress: &mut watch::Receiver<Progress>, is: impl FnMut(&Progress) -> bool) {
    progress.wait_for(is).await.unwrap();
}

/// The failure that it ended with, and whether this side found it.
pub fn failure(ended: &Ended) -> Option<(FailureCode, bool)> {
    match ended {
        Ended::Over(Outcome::Failed { code, by_us, .. }) => Some((*code, *by_us)),
        _ => None,
    }
}

/// All files below a folder, by their paths, in order.
pub fn files_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(at) = waiting.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.is_symlink() {
                waiting.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.push((name, std::fs::read(&path).unwrap_or_default()));
            }
        }
    }
    found.sort();
    found
}

/// What stands directly in a folder.
pub fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
