//! What lies in the library: listed, moved, removed.

use serde_json::{Value, json};
use sharesync_protocol::api::{FolderPage, TrashPage};
use sharesync_testkit::{Person, Stack};

use crate::computer::Computer;
use crate::golden::settled;
use crate::served::Served;

/// A library with `Photos/2024/a.jpg`, `Photos/b.jpg` and `notes.txt`.
async fn with_photos(stack: &Stack) -> (Person, Computer) {
    let sam = stack.user("sam").await;
    let photos = sam.folder("Photos", None).await;
    let year = sam.folder("2024", Some(photos)).await;
    sam.upload_into(year, "a.txt").await;
    sam.upload_into(photos, "b.txt").await;
    sam.upload("notes.txt", b"some notes").await;
    let computer = Computer::signed_in(stack, &sam).await;
    (sam, computer)
}

async fn list(computer: &Computer) -> Vec<String> {
    let rows = computer.run(&["ls", "--recursive", "--json"]).await.json();
    let paths = rows.iter().map(|row| row["path"].as_str().unwrap().to_owned());
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    paths
}

#[tokio::test]
async fn a_library_is_listed_folder_by_folder_or_whole() {
    let stack = Stack::start().await;
    let (_, computer) = with_photos(&stack).await;
    let said = |text: &str| settled(text, stack.url());
    assert_eq!(
        said(&computer.run(&["ls"]).await.done()),
        "         -  DATE TIME  Photos/\n      10 B  DATE TIME  notes.txt\n"
    );
    assert_eq!(
        said(&computer.run(&["ls", "Photos"]).await.done()),
        "         -  DATE TIME  2024/\n       1 B  DATE TIME  b.txt\n"
    );
    assert_eq!(
        said(&computer.run(&["ls", "/Photos/", "-r"]).await.done()),
        "         -  DATE TIME  Photos/2024/\n       1 B  DATE TIME  Photos/b.txt\n       1 B  DATE TIME  Photos/2024/a.txt\n"
    );
    assert_eq!(
        said(&computer.run(&["ls", "Photos/2024/a.txt"]).await.done()),
        "       1 B  DATE TIME  Photos/2024/a.txt\n"
    );
    let rows = computer.run(&["ls", "--json"]).await.json();
    let told = |row: &Value| (row["kind"].clone(), row["path"].clone(), row["size"].clone());
    assert_eq!(told(&rows[0]), ("folder".into(), "Photos".into(), Value::Null));
    assert_eq!(told(&rows[1]), ("file".into(), "notes.txt".into(), 10.into()));
    assert_eq!(rows[1]["sha256"].as_str().unwrap().len(), 64);
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let stack = Stack::start().await;
    let (_, computer) = with_photos(&stack).await;
    for path in ["Music", "Photos/2025", "Photos/2024/b.txt", "photos", "notes.txt/"] {
        let said = computer.run(&["ls", path]).await.failed(5);
        assert_eq!(said, format!("sharesync: {path}: nothing of that name is in the library\n"));
    }
    let said = computer.run(&["ls", "Photos/../.."]).await.failed(2);
    assert!(said.contains("without `..`"), "{said}");
}

#[tokio::test]
async fn a_long_folder_is_listed_to_its_end() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for number in 0..201 {
        sam.folder(&format!("folder {number:03}"), None).await;
    }
    let computer = Computer::signed_in(&stack, &sam).await;
    let listed = list(&computer).await;
    assert_eq!((listed.len(), &*listed[200]), (201, "folder 200"));
    computer.run(&["ls", "folder 200"]).await.done();
}

#[tokio::test]
async fn names_do_not_steer_a_terminal() {
    // Ours takes no such names; another might.
    let folder = json!({
        "id": "0197c3a0-0000-7000-8000-000000000000", "name": "\u{1b}[2Jphoto\u{202e}gpj.exe\u{9b}", "parent_id": null,
        "created_at": 0, "files": 0, "folders": 0,
    });
    let none = json!({ "items": [], "next_cursor": null });
    let one = json!({ "items": [folder], "next_cursor": null });
    let served = Served::in_turn([one, none].map(|page| Served::json(&page)).into()).await;
    let mut command = Computer::at(&served.url).command(&["ls"]);
    command.current_dir("/").env("SHARESYNC_TOKEN", "sharesync_pat_x");
    let said = Computer::ran(command).await.done();
    assert!(said.ends_with("  \u{fffd}[2Jphoto\u{fffd}gpj.exe\u{fffd}/\n"), "{said:?}");
    let stack = Stack::start().await;
    let computer = Computer::signed_in(&stack, &stack.user("sam").await).await;
    let said = computer.run(&["ls", "\u{1b}[2J"]).await.failed(5);
    assert!(!said.contains('\u{1b}') && said.contains("\u{fffd}[2J"), "{said}");
}

#[tokio::test]
async fn things_are_moved_into_folders_and_renamed_on_the_way() {
    let stack = Stack::start().await;
    let (_, computer) = with_photos(&stack).await;
    assert_eq!(
        computer.run(&["mv", "notes.txt", "Photos/b.txt", "Photos/2024"]).await.done(),
        "moved to Photos/2024\n"
    );
    let expected = [
        "Photos",
        "Photos/2024",
        "Photos/2024/a.txt",
        "Photos/2024/b.txt",
        "Photos/2024/notes.txt",
    ];
    assert_eq!(list(&computer).await, expected);
    computer.run(&["mv", "Photos/2024/notes.txt", "Photos/old.txt"]).await.done();
    computer.run(&["mv", "Photos/2024", "Year"]).await.done();
    computer.run(&["mv", "Photos/old.txt", "Photos/older.txt"]).await.done();
    let expected = ["Photos", "Photos/older.txt", "Year", "Year/a.txt", "Year/b.txt"];
    assert_eq!(list(&computer).await, expected);
    computer.run(&["mv", "Year/a.txt", "/"]).await.done();
    assert!(list(&computer).await.contains(&"a.txt".to_owned()));
}

#[tokio::test]
async fn nothing_is_moved_over_anything() {
    let stack = Stack::start().await;
    let (_, computer) = with_photos(&stack).await;
    let before = list(&computer).await;
    let said = computer.run(&["mv", "notes.txt", "Photos/b.txt"]).await.failed(4);
    assert_eq!(said, "sharesync: Photos/b.txt: a file of that name is there already\n");
    computer.run(&["mv", "notes.txt", "Music/notes.txt"]).await.failed(5);
    computer.run(&["mv", "notes.txt", "Photos/b.txt", "Music"]).await.failed(5);
    computer.run(&["mv", "missing.txt", "Photos"]).await.failed(5);
    computer.run(&["mv", "/", "Photos"]).await.failed(2);
    computer.run(&["mv", "Photos", "Photos/2024"]).await.failed(4);
    // A name that the server does not take: what was moved for it is moved back.
    computer.run(&["mv", "notes.txt", "Photos/a\\b.txt"]).await.failed(4);
    assert_eq!(list(&computer).await, before);
}

#[tokio::test]
async fn what_is_removed_lies_in_the_trash_or_is_gone() {
    let stack = Stack::start().await;
    let (sam, computer) = with_photos(&stack).await;
    let said = computer.run(&["rm", "notes.txt", "Photos"]).await.failed(2);
    assert!(said.contains("--recursive"), "{said}");
    computer.run(&["rm", "notes.txt", "missing.txt"]).await.failed(5);
    computer.run(&["rm", "-r", "/"]).await.failed(2);
    assert_eq!(list(&computer).await.len(), 5);

    assert_eq!(computer.run(&["rm", "notes.txt"]).await.done(), "moved 1 item to the trash\n");
    let trash: TrashPage = sam.get("/api/trash").await.json(200);
    assert_eq!(trash.items[0].name, "notes.txt");
    let said = computer.run(&["rm", "--forever", "-r", "Photos/b.txt", "Photos/2024"]).await.done();
    assert_eq!(said, "removed 2 items for good\n");
    let trash: TrashPage = sam.get("/api/trash").await.json(200);
    assert_eq!(trash.items.len(), 1);
    assert_eq!(list(&computer).await, ["Photos"]);
}

#[tokio::test]
async fn folders_are_made_with_those_they_lie_in_where_that_is_wished() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let computer = Computer::signed_in(&stack, &sam).await;
    assert_eq!(computer.run(&["mkdir", "Photos"]).await.done(), "Photos\n");
    computer.run(&["mkdir", "Photos"]).await.failed(4);
    let said = computer.run(&["mkdir", "Music/2024"]).await.failed(5);
    assert!(said.contains("--parents"), "{said}");
    computer.run(&["mkdir", "-p", "Music/2024/May", "Photos"]).await.done();
    computer.run(&["mkdir", "/"]).await.failed(2);
    let folders: FolderPage = sam.get("/api/folders").await.json(200);
    assert_eq!(folders.items.iter().map(|it| &*it.name).collect::<Vec<_>>(), ["Music", "Photos"]);
    assert_eq!(list(&computer).await, ["Music", "Music/2024", "Music/2024/May", "Photos"]);
}
