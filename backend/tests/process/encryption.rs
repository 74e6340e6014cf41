//! The key that files are encrypted under: turned on, changed, missing, turned off.

use std::path::Path;
use std::time::Duration;

use sharesync_protocol::api::UploadedFile;
use sharesync_test_services::Program;
use sharesync_testkit::Person;
use tokio::time::timeout;

use crate::program::{folder, signed_in, start_with};

/// Longer than anything takes here.
const PATIENCE: Duration = Duration::from_secs(20);
const FIRST: &str = "a key of thirty-two bytes or more";
const SECOND: &str = "the key that comes after that one";

/// The server with these keys, and somebody who was signed in before.
fn again(
    folder: &Path,
    mut before: Program,
    token: &str,
    keys: &[(&str, &str)],
) -> (Program, Person) {
    before.signal("-TERM");
    assert!(before.child.wait().unwrap().success());
    let program = start_with(folder, keys);
    let sam = Person::at(program.url()).with_token(token);
    (program, sam)
}

async fn stored(sam: &Person, name: &str) -> (UploadedFile, String) {
    (sam.upload(name, name.as_bytes()).await, name.to_owned())
}

async fn assert_served(sam: &Person, files: &[&(UploadedFile, String)]) {
    for (file, content) in files {
        let answer = sam.get(&format!("/api/files/{}/content", file.id)).await;
        assert_eq!(String::from_utf8(answer.body).unwrap(), *content);
    }
}

/// What the log has said so far, in all runs.
fn log(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap()
}

/// Whether the server starts with these keys.
fn starts(folder: &Path, keys: &[(&str, &str)]) -> bool {
    let mut program = start_with(folder, keys);
    let starts = !program.said().is_empty();
    if starts {
        program.signal("-TERM");
    }
    program.child.wait().unwrap();
    starts
}

#[tokio::test]
async fn a_key_is_set_and_replaced_and_taken_away_and_no_file_is_lost() {
    let folder = folder();
    let folder = folder.path();
    let program = start_with(folder, &[]);
    let sam = signed_in(&program, "sam").await;
    let token = sam.token().to_owned();
    let plain = stored(&sam, "plain").await;

    let (program, sam) = again(folder, program, &token, &[("ENCRYPTION_KEY", FIRST)]);
    let first = stored(&sam, "under the first").await;
    assert_served(&sam, &[&plain, &first]).await;

    let both = [("ENCRYPTION_KEY", SECOND), ("ENCRYPTION_KEY_PREVIOUS", FIRST)];
    let (program, sam) = again(folder, program, &token, &both);
    let second = stored(&sam, "under the second").await;
    assert_served(&sam, &[&plain, &first, &second]).await;
    let rewrapped = async {
        while !log(folder).contains("ENCRYPTION_KEY_PREVIOUS is not needed any more") {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, rewrapped).await.expect("the log says so");

    let (program, sam) = again(folder, program, &token, &[("ENCRYPTION_KEY", SECOND)]);
    assert_served(&sam, &[&plain, &first, &second]).await;

    let off = [("ENCRYPTION_KEY_PREVIOUS", SECOND)];
    let (mut program, sam) = again(folder, program, &token, &off);
    let after = stored(&sam, "as it is").await;
    assert_served(&sam, &[&plain, &first, &second, &after]).await;
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success());

    for keys in [&[][..], &[("ENCRYPTION_KEY", FIRST)]] {
        assert!(!starts(folder, keys), "it could not read what is there");
    }
    assert!(log(folder).contains("ENCRYPTION_KEY: files are stored under another key"));
    assert!(starts(folder, &[("ENCRYPTION_KEY", SECOND)]));
    assert!(!log(folder).contains(FIRST) && !log(folder).contains(SECOND));
}
