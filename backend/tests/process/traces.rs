//! What it writes down, and what it does not.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sharesync_protocol::RequestSlug;
use sharesync_protocol::api::{
    BegunRequestedUpload, FilePage, IssuedApiToken, OwnedFileRequest, SecondFactorSetup,
    UnlockedFileRequest,
};
use sharesync_testkit::{Member, Person};

use crate::program::{folder, signed_in, start};

#[tokio::test]
async fn the_log_holds_no_secret_however_much_is_logged() {
    let folder = folder();
    let program = start(folder.path());
    let sam = signed_in(&program, "sam").await;
    let file = sam.upload("private-name.txt", b"private content").await;
    let share = sam.share(&[file.id], json!({ "password": "open sesame" })).await;
    let body = json!({ "password": "open sesame" });
    let link: Value = sam.ask_download(&share.slug, body).await.json(200);
    let url = link["download_url"].as_str().unwrap();
    sam.get(url).await;
    sam.get(&format!("{url}x")).await;
    let request = ask_for_files(&sam).await;
    drop(program);
    let log = std::fs::read_to_string(folder.path().join("log")).unwrap();
    let signature = url.rsplit('=').next().unwrap();
    let key = std::fs::read_to_string(folder.path().join("secret_key")).unwrap();
    for secret in [
        sam.token(),
        share.slug.as_str(),
        signature,
        request.slug.as_str(),
        &request.pass,
        &request.key,
        "private-sender",
        &key,
        "open sesame",
        "correct horse",
        "sam@example.com",
        "private-name",
        "private content",
    ] {
        assert!(!log.contains(secret), "the log holds {secret}:\n{log}");
    }
    assert!(log.lines().count() > 3, "the log was empty: {log}");
}

#[tokio::test]
async fn neither_the_log_nor_the_database_holds_what_lets_somebody_in() {
    let folder = folder();
    let program = start(folder.path());
    let sam = signed_in(&program, "sam").await;
    let body = json!({ "name": "script", "scopes": ["files:read"] });
    let issued: IssuedApiToken = sam.post("/api/me/tokens", body).await.json(201);
    sam.with_token(&issued.token).get("/api/files").await.json::<FilePage>(200);
    sam.post("/api/auth/forgot-password", json!({ "email": "sam@example.com" })).await;
    let mailed = mailed_tokens(folder.path(), 2).await;
    let login = json!({ "email": "sam@example.com", "password": "correct horse battery" });
    let cookie = sam.post("/api/auth/login", login).await.header("set-cookie").to_owned();
    let refresh_token = cookie.split(['=', ';']).nth(1).unwrap();
    let body = json!({ "password": "correct horse battery" });
    let setup: SecondFactorSetup = sam.post("/api/me/second-factor", body).await.json(200);
    let wrong = sam.post("/api/me/second-factor/confirm", json!({ "code": "135790" })).await;
    assert_eq!(wrong.status, 422);
    let token = sam.token().to_owned();
    let request = ask_for_files(&sam).await;
    drop(program);

    let secrets = [
        &*token,
        &*issued.token,
        refresh_token,
        &*setup.secret,
        "correct horse",
        "open sesame",
        &*request.pass,
        &*request.key,
    ];
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
    let kept = [read("log"), read("sharesync.db"), read("sharesync.db-wal")].concat();
    let holds = |text: &str| kept.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("sam@example.com"), "the database is there");
    for secret in secrets.into_iter().chain(mailed.iter().map(String::as_str)) {
        assert!(!secret.is_empty() && !holds(secret), "{secret} is kept");
    }
}

/// What lets somebody send to a file request.
struct Asked {
    slug: RequestSlug,
    pass: String,
    key: String,
}

/// Asks for files, and has some sent: with the password and the key that are right, and with a key that is not.
async fn ask_for_files(owner: &Person) -> Asked {
    let body = json!({ "title": "Private files", "password": "open sesame" });
    let request: OwnedFileRequest = owner.post("/api/requests", body).await.json(201);
    let path = format!("/api/requests/{}", request.slug.as_str());
    let body = json!({ "password": "open sesame" });
    let unlocked = owner.post(&format!("{path}/unlock"), body).await;
    let pass = unlocked.json::<UnlockedFileRequest>(200).pass;
    let body =
        json!({ "name": "private-name.txt", "size": 1, "sender": "private-sender", "pass": pass });
    let begun = owner.post(&format!("{path}/uploads"), body).await;
    let BegunRequestedUpload { begun, key } = begun.json(201);
    let upload = format!("{path}/uploads/{}", begun.session.id);
    assert_eq!(owner.with_token(&key).get(&upload).await.status, 200);
    assert_eq!(owner.with_token(&pass).get(&upload).await.status, 404);
    Asked { slug: request.slug, pass, key }
}

/// The tokens in mails that lie in the data folder, once there are so many.
async fn mailed_tokens(folder: &Path, enough: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let mails = std::fs::read_dir(folder.join("mail")).unwrap();
        let texts = mails.filter_map(|mail| std::fs::read_to_string(mail.unwrap().path()).ok());
        let tokens: Vec<_> = texts
            .filter_map(|text| {
                let (_, rest) = text.split_once("#token=")?;
                let token = rest.split_whitespace().next()?;
                assert_eq!(token.len(), 43, "the link is whole in the file: {token}");
                Some(token.to_owned())
            })
            .collect();
        if tokens.len() >= enough {
            return tokens;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "the mails do not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn of_a_transfer_between_browsers_only_counts_stay() {
    let folder = folder();
    let mut program = start(folder.path());
    let mut host = Member::host(program.url()).await;
    let mut guest = Member::join(program.url(), &host).await;
    let report = |about: &Member| {
        let bytes = json!({ "direct": 123_456, "turn": 0, "relay": 0 });
        json!({ "peer": about.id(), "outcome": "verified", "files": 1, "bytes": bytes })
    };
    host.ask("report", report(&guest)).await;
    guest.ask("report", report(&host)).await;
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success());

    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap_or_default();
    let kept = [read("log"), read("sharesync.db"), read("sharesync.db-wal")].concat();
    let holds = |text: &[u8]| kept.windows(text.len()).any(|bytes| bytes == text);
    assert!(holds(b"room opened"), "the log is there");
    assert!(holds(&123_456_u32.to_be_bytes()[1..]), "the transfer is counted");
    for secret in [
        host.entered["room"].as_str().unwrap(),
        host.entered["resume"].as_str().unwrap(),
        guest.entered["resume"].as_str().unwrap(),
        host.id(),
        guest.id(),
        "127.0.0.1",
    ] {
        assert!(
            !holds(secret.as_bytes()),
            "{secret} stays:\n{}",
            String::from_utf8_lossy(&read("log"))
        );
    }
}
