//! Uploads in parts under a server that is killed again and again: every part it acknowledged is there, and every file.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sharesync_protocol::UploadId;
use sharesync_protocol::api::{
    BegunUpload, PartAddresses, Sha256Digest, UploadDetails, UploadPage, UploadedFile,
};
use sharesync_testkit::Person;
use tokio::sync::mpsc::{self, UnboundedSender};

use crate::program::{folder, signed_in, start};
use crate::{assert_only_stored, every_file};

const PART: usize = 8 * 1024 * 1024;
const ROUNDS: u8 = 8;
const UPLOADERS: u8 = 4;

/// What a server has said is there for good.
#[derive(PartialEq, Eq, Hash)]
enum Acknowledged {
    Part(UploadId, u32),
    File(UploadId),
}

/// The content of an uploader's files: a part, and the beginning of another.
fn content(uploader: u8) -> Vec<u8> {
    let start = u32::from(uploader) << 24;
    let words = (start..start + u32::try_from(PART / 4).unwrap() + 1000).map(u32::to_le_bytes);
    words.flatten().collect()
}

fn part(content: &[u8], number: u32) -> Vec<u8> {
    let parts: Vec<_> = content.chunks(PART).collect();
    parts[number as usize - 1].to_vec()
}

pub(crate) fn digest(content: &[u8]) -> Sha256Digest {
    Sha256Digest(Sha256::digest(content).into())
}

/// Sends files until the server is gone.
async fn keep_uploading(
    sam: Person,
    uploader: u8,
    say: UnboundedSender<Acknowledged>,
) -> Option<()> {
    let content = content(uploader);
    let body = json!({ "name": format!("{uploader}"), "size": content.len() });
    loop {
        let begun: BegunUpload = sam.try_json("/api/uploads", &body).await?;
        let id = begun.session.id;
        for address in &begun.parts {
            sam.try_put_part(&address.url, part(&content, address.number)).await?;
            say.send(Acknowledged::Part(id, address.number)).unwrap();
        }
        let _file: UploadedFile =
            sam.try_json(&format!("/api/uploads/{id}/complete"), &json!({})).await?;
        say.send(Acknowledged::File(id)).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_keeps_every_part_that_it_acknowledged() {
    let folder = folder();
    let mut program = start(folder.path());
    let token = signed_in(&program, "sam").await.token().to_owned();
    let mut acknowledged = HashSet::new();
    for round in 0..ROUNDS {
        let sam = Person::at(program.url()).with_token(&token);
        let (say, mut heard) = mpsc::unbounded_channel();
        for uploader in 0..UPLOADERS {
            tokio::spawn(keep_uploading(sam.clone(), uploader, say.clone()));
        }
        drop(say);
        // However slow the machine, some parts are there and others are under way.
        acknowledged.insert(heard.recv().await.expect("a part is stored"));
        tokio::time::sleep(Duration::from_millis(u64::from(round) * 37)).await;
        program.kill();
        while let Some(word) = heard.recv().await {
            acknowledged.insert(word);
        }
        program = start(folder.path());
    }

    let sam = Person::at(program.url()).with_token(&token);
    let mut files = HashSet::new();
    for word in &acknowledged {
        let (Acknowledged::Part(id, _) | Acknowledged::File(id)) = word;
        let there: UploadDetails = sam.get(&format!("/api/uploads/{id}")).await.json(200);
        let is_there = match word {
            Acknowledged::File(_) => there.file.is_some(),
            Acknowledged::Part(_, number) => there.parts.iter().any(|part| part.number == *number),
        };
        assert!(is_there, "{id} lacks what was acknowledged");
    }
    // Everything that was begun can be brought to its end, and is what it should be.
    loop {
        let page: UploadPage = sam.get("/api/uploads?limit=200").await.json(200);
        if page.items.is_empty() {
            break;
        }
        for upload in page.items {
            files.insert(finish(&sam, upload.id, &content(upload.name.parse().unwrap())).await);
        }
    }
    let stored = every_file(&sam).await;
    for id in &stored {
        let details = sam.file(id.parse().unwrap()).await;
        let content = sam.get(&details.download_url).await.body;
        assert_eq!(digest(&content), details.summary.file.digest.sha256());
    }
    assert!(files.iter().all(|id| stored.contains(id)));
    assert_only_stored(folder.path(), stored.len()).await;
}

/// Sends what is missing of an upload and completes it. Answers the file's id.
async fn finish(sam: &Person, id: UploadId, content: &[u8]) -> String {
    let there: UploadDetails = sam.get(&format!("/api/uploads/{id}")).await.json(200);
    let received: HashSet<_> = there.parts.iter().map(|part| part.number).collect();
    for number in (1..=2).filter(|number| !received.contains(number)) {
        let bytes = part(content, number);
        let wanted: Value = json!({ "parts": [{ "number": number, "sha256": digest(&bytes) }] });
        let addresses = sam.post(&format!("/api/uploads/{id}/parts"), wanted).await;
        let url = addresses.json::<PartAddresses>(200).parts[0].url.clone();
        assert_eq!(sam.put_part(&url, bytes).await.status, 200);
    }
    let said = json!({ "sha256": digest(content) });
    let completed = sam.post(&format!("/api/uploads/{id}/complete"), said).await;
    completed.json::<UploadedFile>(201).id.to_string()
}
