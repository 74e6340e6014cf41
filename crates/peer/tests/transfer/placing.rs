//! Threat 45: whatever a sender calls its files, nothing is overwritten, and nothing is written elsewhere.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use sharesync_peer::transfer::{Begun, Decision, DirectoryStore, Ended, Found, Outcome};
use sharesync_protocol::transfer::{Control, FailureCode};

use crate::channel_pair::Connection;
use crate::peers::{
    Always, VERIFIED, failure, files_in, in_time, names_in, receiver_in, receiver_into, set_aside,
    store_in, transfer,
};
use crate::raw_peer::{RawPeer, digest_of, seal};

/// Has a sender who chooses names freely send files with one byte each, which is their number.
async fn send_named(files: &[(Option<&str>, &str)], folder: &Path, hidden: bool) -> Ended {
    let connection = Connection::new();
    let store = Arc::new(DirectoryStore::open(folder, &[7; 16], hidden).unwrap());
    let (mut receiver, _) = receiver_into(store, Always(Decision::AcceptAll));
    let sender = RawPeer(connection.sender.clone());
    let offered: Vec<Value> = files
        .iter()
        .map(|(path, name)| {
            let file = json!({"name": name, "size": 1, "media_type": "", "modified_at": 0});
            let path = path.map(|path| ("path".to_owned(), json!(path)));
            file.as_object().unwrap().clone().into_iter().chain(path).collect()
        })
        .collect();
    let send = async {
        sender.greet().await;
        sender.say(json!({"type": "offer", "files": offered})).await;
        sender.accepted().await;
        for (number, at) in (0..files.len()).zip(0_u32..) {
            let byte = [u8::try_from(number).unwrap()];
            sender.send(seal(at, 0, 0, &byte, &byte)).await;
            sender.say(json!({"type": "end", "file": at, "digest": digest_of(&[&byte])})).await;
        }
        for _ in files {
            sender.hear_until(|said| matches!(said, Control::Verified { .. })).await.unwrap();
        }
        sender.leave().await;
    };
    let receiving = receiver.converse(&connection.receiver);
    in_time(async { tokio::join!(send, receiving) }).await.1
}

const DONE: Ended = Ended::Over(Outcome::Verified);

#[tokio::test]
async fn names_lead_nowhere_hide_nothing_and_do_not_collide() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("in here");
    let files = [
        (None, ".."),
        (None, ".bashrc"),
        (None, "CON"),
        (None, "nul.txt"),
        (None, "a:b"),
        (None, "a?b"),
        (None, "a_b"),
        (None, "line\nbreak"),
        (None, "\u{1b}[2Jcleared"),
        (None, "photo\u{202e}gpj.exe"),
        (None, "trailing. "),
        (None, "README"),
        (None, "readme"),
        (None, "caf\u{e9}"),
        (None, "cafe\u{301}"),
        (Some(".ssh"), "authorized_keys"),
        (Some("x/con/..."), "y"),
        (Some("a:b"), "one"),
        (Some("a?b"), "two"),
    ];
    assert_eq!(send_named(&files, &folder, false).await, DONE);
    assert_eq!(names_in(outer.path()), ["in here"]);
    let mut found = files_in(&folder);
    found.sort_by(|one, other| one.1.cmp(&other.1));
    let found: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        found,
        [
            "_",
            "_bashrc",
            "_CON",
            "_nul.txt",
            "a_b",
            "a_b (1)",
            "a_b (2)",
            "line_break",
            "_[2Jcleared",
            "photo_gpj.exe",
            "trailing",
            "README",
            "readme",
            "caf\u{e9}",
            "cafe\u{301}",
            "_ssh/authorized_keys",
            "x/_con/_/y",
            "a_b (3)/one",
            "a_b (4)/two",
        ]
    );
}

#[tokio::test]
async fn names_of_the_longest_kind_are_cut_and_kept_apart() {
    let folder = tempfile::tempdir().unwrap();
    let name = format!("{}.tar.gz", "é".repeat(124));
    let files = [(None, name.as_str()), (None, name.as_str())];
    assert_eq!(send_named(&files, folder.path(), false).await, DONE);
    let names = names_in(folder.path());
    assert_eq!(names.len(), 2);
    assert!(names.iter().all(|name| name.len() <= 255 && name.ends_with("gz")), "{names:?}");
}

#[tokio::test]
async fn names_with_a_dot_stay_where_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let files = [(None, ".bashrc"), (Some(".config"), ".x"), (None, "..")];
    assert_eq!(send_named(&files, folder.path(), true).await, DONE);
    let mut found = files_in(folder.path());
    found.sort_by(|one, other| one.1.cmp(&other.1));
    let found: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(found, [".bashrc", ".config/.x", "file"]);
}

#[tokio::test]
async fn paths_that_the_protocol_does_not_have_are_refused() {
    for (path, name) in [
        (None, "a/b"),
        (None, "..\\b"),
        (None, "nul\0"),
        (None, ""),
        (Some(".."), "x"),
        (Some("a/../b"), "x"),
        (Some("/etc"), "x"),
        (Some("a//b"), "x"),
        (Some("."), "x"),
        (Some(""), "x"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let connection = Connection::new();
        let (mut receiver, _) = receiver_in(folder.path());
        let sender = RawPeer(connection.sender.clone());
        let mut file = json!({"name": name, "size": 1, "media_type": "", "modified_at": 0});
        if let Some(path) = path {
            file["path"] = json!(path);
        }
        sender.greet().await;
        sender.say(json!({"type": "offer", "files": [file]})).await;
        let leave = async {
            while sender.hear().await.is_some_and(|message| !is_failed(&message)) {}
            sender.leave().await;
        };
        let (ended, ()) =
            in_time(async { tokio::join!(receiver.converse(&connection.receiver), leave) }).await;
        assert_eq!(failure(&ended), Some((FailureCode::Malformed, true)), "{path:?} {name:?}");
        assert!(names_in(folder.path()).is_empty());
    }
}

fn is_failed(message: &Control) -> bool {
    matches!(message, Control::Failed { .. })
}

#[tokio::test]
async fn what_is_there_already_is_neither_overwritten_nor_entered() {
    let outer = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (outer.path().join("in"), outer.path().join("elsewhere"));
    for made in [&folder, &elsewhere] {
        std::fs::create_dir(made).unwrap();
    }
    std::fs::write(folder.join("report.pdf"), b"mine").unwrap();
    std::fs::write(elsewhere.join("target"), b"mine, too").unwrap();
    // Planted by somebody who may write here: to a file, to nothing, to a folder.
    symlink(elsewhere.join("target"), folder.join("link")).unwrap();
    symlink(elsewhere.join("new"), folder.join("dangling")).unwrap();
    symlink(&elsewhere, folder.join("photos")).unwrap();
    std::fs::create_dir(folder.join("docs")).unwrap();
    symlink(&elsewhere, folder.join("docs/inner")).unwrap();
    let files = [
        (None, "report.pdf"),
        (None, "link"),
        (None, "dangling"),
        (None, "docs"),
        (Some("photos"), "target"),
        (Some("docs/inner"), "target"),
    ];
    assert_eq!(send_named(&files, &folder, false).await, DONE);
    assert_eq!(files_in(&elsewhere), [("target".to_owned(), b"mine, too".to_vec())]);
    assert_eq!(std::fs::read(folder.join("report.pdf")).unwrap(), b"mine");
    for (name, byte) in [
        ("report (1).pdf", 0),
        ("link (1)", 1),
        ("dangling (1)", 2),
        ("docs (1)", 3),
        ("photos (1)/target", 4),
        ("docs (2)/inner/target", 5),
    ] {
        assert_eq!(std::fs::read(folder.join(name)).unwrap(), [byte], "{name}");
    }
}

#[tokio::test]
async fn a_link_in_place_of_the_folder_of_work_is_not_followed() {
    let outer = tempfile::tempdir().unwrap();
    let (folder, elsewhere) = (outer.path().join("in"), outer.path().join("elsewhere"));
    std::fs::create_dir(&elsewhere).unwrap();
    let store = store_in(&folder);
    store.begin(&[], &[]).unwrap();
    let work = names_in(&folder).remove(0);
    store.close(false);
    assert!(names_in(&folder).is_empty());
    symlink(&elsewhere, folder.join(&work)).unwrap();
    assert_eq!(transfer(set_aside(&[("file", b"1")]), &folder).await, VERIFIED);
    assert!(names_in(&elsewhere).is_empty());
    assert_eq!(names_in(&folder), [work, "file".to_owned()]);
}

#[tokio::test]
async fn a_link_in_the_folder_of_work_is_not_followed() {
    let outer = tempfile::tempdir().unwrap();
    let (folder, target) = (outer.path().join("in"), outer.path().join("target"));
    std::fs::write(&target, b"mine").unwrap();
    let store = store_in(&folder);
    let file = set_aside(&[("file", b"1")])[0].offered().clone();
    store.begin(std::slice::from_ref(&file), &[0]).unwrap();
    let work = folder.join(&names_in(&folder)[0]);
    symlink(&target, work.join("0")).unwrap();
    drop(store);
    let (_, received) = transfer(set_aside(&[("file", b"1")]), &folder).await;
    assert_eq!(failure(&received), Some((FailureCode::Unwritable, true)));
    assert_eq!(std::fs::read(&target).unwrap(), b"mine");
}

#[test]
fn notes_that_lead_elsewhere_are_not_followed() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("in");
    std::fs::write(outer.path().join("x"), b"").unwrap();
    let store = store_in(&folder);
    let file = set_aside(&[("x", b"")])[0].offered().clone();
    store.begin(std::slice::from_ref(&file), &[0]).unwrap();
    let work = folder.join(&names_in(&folder)[0]);
    std::fs::write(work.join("places"), "{\"file\":{\"number\":0,\"path\":[\"..\",\"x\"]}}\n")
        .unwrap();
    drop(store);
    let found = store_in(&folder).find(std::slice::from_ref(&file)).unwrap();
    let Found::Begun(Begun { finished, .. }) = found else { panic!("{found:?}") };
    assert!(finished.is_empty());
}

#[test]
fn nothing_has_its_name_before_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    let file = set_aside(&[("file", b"1")])[0].offered().clone();
    store.begin(std::slice::from_ref(&file), &[0]).unwrap();
    let block = sharesync_peer::transfer::Block {
        file: 0,
        block: 0,
        digest: [0; 32],
        bytes: b"1".to_vec(),
    };
    store.write(&[block]).unwrap();
    assert!(names_in(folder.path()).iter().all(|name| name.starts_with(".sharesync-")));
    store.finish(&[0]).unwrap();
    // Again, as for a conversation that did not hear of it.
    store.finish(&[0]).unwrap();
    store.close(false);
    assert_eq!(files_in(folder.path()), [("file".to_owned(), b"1".to_vec())]);
}

#[test]
fn more_than_fits_is_not_begun() {
    let folder = tempfile::tempdir().unwrap();
    let store = store_in(folder.path());
    let mut file = set_aside(&[("file", b"1")])[0].offered().clone();
    file.size = 1 << 50;
    let failure = store.begin(&[file], &[0]).unwrap_err();
    assert_eq!(failure.code(), FailureCode::OutOfSpace);
    store.close(false);
    assert!(names_in(folder.path()).is_empty());
}
