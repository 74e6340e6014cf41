//! What can be sent, and what becomes of files that change.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;

use sharesync_peer::transfer::{Source, SourceError, Stage, read_tree};
use sharesync_protocol::transfer::FailureCode;

use crate::channel_pair::Connection;
use crate::peers::{
    BLOCK, LONG, VERIFIED, converse, failure, files_in, folder_of, names_in, noise, receiver_in,
    sender_of, transfer, when,
};

#[test]
fn a_folder_is_offered_from_its_own_name_on_and_links_are_skipped() {
    let outer = folder_of(&[
        ("photos/b.jpg", b"1"),
        ("photos/2024/a.jpg", b"22"),
        ("photos/2023/c.jpg", b"333"),
        ("secret", b"4"),
    ]);
    let photos = outer.path().join("photos");
    symlink(outer.path().join("secret"), photos.join("link")).unwrap();
    symlink(outer.path(), photos.join("2024/loop")).unwrap();
    let tree = read_tree(&photos).unwrap();
    let offered: Vec<_> = tree
        .files
        .iter()
        .map(|file| (file.offered().path.as_deref().unwrap(), file.offered().name.as_str()))
        .collect();
    assert_eq!(offered, [("photos", "b.jpg"), ("photos/2023", "c.jpg"), ("photos/2024", "a.jpg")]);
    let mut skipped = tree.skipped;
    skipped.sort();
    assert_eq!(skipped, [photos.join("2024/loop"), photos.join("link")]);
    // By another name for it, too.
    let dotted = read_tree(&photos.join("2024/..")).unwrap();
    assert_eq!(dotted.files[0].offered().path.as_deref(), Some("photos"));
}

#[test]
fn what_is_no_file_is_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Source::file(folder.path()), Err(SourceError::NoFile(_))));
    let missing = folder.path().join("missing");
    let error = Source::file(&missing).unwrap_err().to_string();
    assert!(error.contains("missing cannot be read"), "{error}");
    assert!(read_tree(&missing).is_err());
}

#[test]
fn a_pipe_is_skipped_and_not_waited_for() {
    let outer = folder_of(&[("things/file", b"1")]);
    let pipe = outer.path().join("things/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let tree = read_tree(&outer.path().join("things")).unwrap();
    assert_eq!((tree.files.len(), tree.skipped), (1, vec![pipe.clone()]));
    assert!(matches!(Source::file(&pipe), Err(SourceError::NoFile(_))));
}

#[test]
fn a_file_that_cannot_be_read_is_named_before_anything_is_offered() {
    let outer = folder_of(&[("things/a", b"1"), ("things/b", b"2")]);
    let closed = outer.path().join("things/b");
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    // Whoever may read everything can read this, too.
    if std::fs::File::open(&closed).is_ok() {
        std::fs::remove_file(&closed).unwrap();
        let error = Source::file(&closed).unwrap_err().to_string();
        assert!(error.contains("things/b cannot be read"), "{error}");
        return;
    }
    let error = read_tree(&outer.path().join("things")).unwrap_err().to_string();
    assert!(error.contains("things/b cannot be read"), "{error}");
}

#[tokio::test]
async fn standard_input_goes_under_the_name_that_it_is_given() {
    let content = noise(BLOCK + 5, 1);
    let source = Source::set_aside("a/b\\dump.sql", &content[..], 1000).unwrap();
    assert_eq!(source.offered().name, "a_b_dump.sql");
    assert_eq!(source.offered().size, BLOCK as u64 + 5);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(transfer([Arc::new(source)].into(), folder.path()).await, VERIFIED);
    assert_eq!(files_in(folder.path()), [("a_b_dump.sql".to_owned(), content)]);
}

type Change = fn(&std::path::Path);

#[tokio::test]
async fn a_file_that_changes_before_it_is_sent_fails_as_unreadable() {
    let changes: [Change; 4] = [
        |path| std::fs::write(path, b"longer than it was").unwrap(),
        |path| std::fs::write(path, b"").unwrap(),
        |path| {
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(9);
            std::fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
        },
        |path| std::fs::remove_file(path).unwrap(),
    ];
    for change in changes {
        let from = folder_of(&[("file", b"as it was")]);
        let path = from.path().join("file");
        let source = Source::file(&path).unwrap();
        change(&path);
        let folder = tempfile::tempdir().unwrap();
        let (sent, received) = transfer([Arc::new(source)].into(), folder.path()).await;
        assert_eq!(failure(&sent), Some((FailureCode::Unreadable, true)));
        assert_eq!(failure(&received), Some((FailureCode::Unreadable, false)));
        assert!(names_in(folder.path()).is_empty());
    }
}

#[tokio::test]
async fn a_file_that_changes_while_it_is_sent_fails_as_unreadable() {
    let from = folder_of(&[("file", &noise(LONG, 1))]);
    let path = from.path().join("file");
    let files = [Arc::new(Source::file(&path).unwrap())];
    let folder = tempfile::tempdir().unwrap();
    let (mut sender, steering) = sender_of(files.into());
    let (mut receiver, _) = receiver_in(folder.path());
    let mut progress = sender.progress();
    let change = async {
        when(&mut progress, |now| now.written > 0).await;
        steering.pause(true);
        let file = std::fs::File::options().append(true).open(&path).unwrap();
        std::io::Write::write_all(&mut &file, b"more").unwrap();
        steering.pause(false);
    };
    let connection = Connection::new();
    let (ended, ()) = tokio::join!(converse(&mut sender, &mut receiver, &connection), change);
    assert_eq!(failure(&ended.0), Some((FailureCode::Unreadable, true)));
    assert_eq!(sender.progress().borrow().stage, Stage::Failed);
    assert!(names_in(folder.path()).is_empty());
}
