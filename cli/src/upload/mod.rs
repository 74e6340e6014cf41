//! Uploads: files are sent in parts, several at a time, and go on where they stopped. The twin of the pages' engine
//! (`frontend/src/lib/uploads`). Called by the command of the same name.

mod memory;
mod parts;
mod source;
mod stream;

use std::time::Duration;

use reqwest::Method;
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{
    BeginUpload, BegunUpload, CompleteUpload, ContentDigest, ProblemCode, UploadDetails,
    UploadSession, UploadedFile,
};

use crate::api::{Api, read};
use crate::failure::{Failure, Result};
use crate::persistence::{Patience, persist, persist_if};

pub use memory::Memory;
pub use source::{Source, collect};
pub use stream::send_stream;

/// How often what is there is looked at anew, where parts are gone that were there.
const MOST_LOOKS: u32 = 3;
/// How long the server may take to put a file together, which it reads once more.
const COMPLETING: Duration = Duration::from_hours(1);

/// What is to become of files.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// The folder that they go to, by its path; what is missing of it is made.
    pub to: String,
    /// Seconds until they expire.
    pub expires_in: Option<u64>,
    /// Whether they are kept.
    pub keep: bool,
}

/// Sends one file: begins its upload or goes on with it, sends what is missing, and completes it.
pub async fn send_file(
    api: &Api,
    source: &Source,
    wish: &Wish,
    memory: &Memory,
) -> Result<UploadedFile> {
    let (file, seen) = source.open()?;
    let announced = announcement(source, seen.size, wish);
    let mut remembered = memory.of(api.server(), source, &seen, &announced)?;
    let mut known = match remembered.upload() {
        Some(id) => look(api, id).await?,
        None => None,
    };
    if let Some(file) = known.as_ref().and_then(|known| known.file.clone()) {
        remembered.forget();
        return Ok(file);
    }
    let mut looks = 0;
    loop {
        let upload = match known.take() {
            Some(known) => known,
            None => begin(api, &announced).await?,
        };
        remembered.keep(upload.session.id)?;
        let sent = match parts::send_missing(api, &file, source, &upload).await {
            Ok(digest) => {
                source.check_unchanged(&seen)?;
                complete(api, &upload.session).await.map(|file| (file, digest))
            }
            Err(failure) => Err(failure),
        };
        match sent {
            Ok((file, digest)) => {
                remembered.forget();
                check(&file, &digest)?;
                return Ok(file);
            }
            Err(failure) if is_gone(&failure) && looks < MOST_LOOKS => {
                looks += 1;
                known = look(api, upload.session.id).await?;
                if let Some(file) = known.as_ref().and_then(|known| known.file.clone()) {
                    remembered.forget();
                    return Ok(file);
                }
            }
            Err(failure) => {
                // What the server has refused it has also thrown away; what changed here is to be sent anew.
                if failure.code == source::CHANGED {
                    let _ = api.delete(&format!("/api/uploads/{}", upload.session.id)).await;
                    remembered.forget();
                }
                return Err(failure);
            }
        }
    }
}

/// Makes sure that what is stored is what was sent.
fn check(file: &UploadedFile, digest: &parts::Sent) -> Result<()> {
    let is_sent = match file.digest {
        ContentDigest::Whole(sha256) => sha256 == digest.whole,
        ContentDigest::Parts(parts) => parts.sha256 == digest.parts,
    };
    if is_sent {
        return Ok(());
    }
    Err(Failure::damaged(
        "what the server has stored is not what was sent: delete it and send it again",
    ))
}

fn announcement(source: &Source, size: u64, wish: &Wish) -> BeginUpload {
    let path =
        [wish.to.trim_matches('/'), &source.folder].into_iter().filter(|path| !path.is_empty());
    let path = path.collect::<Vec<_>>().join("/");
    BeginUpload {
        name: source.name.clone(),
        size,
        content_type: None,
        sha256: None,
        hand_in: false,
        folder_id: None,
        path: Some(path).filter(|path| !path.is_empty()),
        expires_in: wish.expires_in,
        keep: wish.keep,
    }
}

async fn begin(api: &Api, announced: &BeginUpload) -> Result<UploadDetails> {
    let begun: BegunUpload = api.post("/api/uploads", announced).await?;
    // The addresses that come with it are made for no digest: others are asked for.
    Ok(UploadDetails { session: begun.session, parts: vec![], file: None })
}

/// What is there of an upload; nothing where the server has given it up.
async fn look(api: &Api, id: UploadId) -> Result<Option<UploadDetails>> {
    let path = format!("/api/uploads/{id}");
    let found = persist(api.output(), Patience::Transfer, || api.get(&path)).await;
    match found {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.status() == Some(404) => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn complete(api: &Api, session: &UploadSession) -> Result<UploadedFile> {
    let path = format!("/api/uploads/{}/complete", session.id);
    let complete = || async {
        let request = api.request(Method::POST, &path).json(&CompleteUpload::default());
        read(api.send(request.timeout(COMPLETING)).await?).await
    };
    // One that puts it together already ends the turn of another: asked again, it answers the same.
    let may_pass =
        |failure: &Failure| failure.is(ProblemCode::Superseded) || failure.status() == Some(500);
    persist_if(api.output(), Patience::Transfer, may_pass, complete).await
}

/// Whether what was sent is not there any more: whoever looks after a bucket may have tidied up. The server knows.
fn is_gone(failure: &Failure) -> bool {
    failure.status() == Some(404) || failure.is(ProblemCode::UploadIncomplete)
}
