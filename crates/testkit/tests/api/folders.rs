//! Folders: making, filling, moving, and what of them is refused.

use serde_json::{Value, json};
use sharesync_protocol::FolderId;
use sharesync_protocol::api::{
    BegunUpload, FilePage, FolderDetails, FolderPage, ProblemCode, UploadDetails, UploadedFile,
};
use sharesync_testkit::{Answer, Person, Stack};

use crate::uploads::address;

/// Names of the files in a folder, by name.
async fn files_in(person: &Person, folder: &str) -> Vec<String> {
    let page: FilePage =
        person.get(&format!("/api/files?folder_id={folder}&sort=name")).await.json(200);
    page.items.into_iter().map(|row| row.file.name).collect()
}

/// Names of the folders in a folder.
async fn folders_in(person: &Person, folder: &str) -> Vec<String> {
    let page: FolderPage = person.get(&format!("/api/folders?parent_id={folder}")).await.json(200);
    page.items.into_iter().map(|row| row.name).collect()
}

/// Uploads a file of one byte into a folder, and along a path from there.
async fn upload_into(
    person: &Person,
    folder: Option<FolderId>,
    path: Option<&str>,
    name: &str,
) -> UploadedFile {
    let more = json!({ "folder_id": folder, "path": path });
    send(person, &person.begin_upload(name, 1, more).await, 1).await
}

/// Sends so many bytes of an upload that is one part, and completes it.
async fn send(person: &Person, begun: &BegunUpload, size: usize) -> UploadedFile {
    let id = begun.session.id;
    let content = vec![b'x'; size];
    let url = address(person, id, 1, &content).await;
    assert_eq!(person.put_part(&url, content).await.status.as_u16() / 100, 2);
    person.complete_upload(id).await.json(201)
}

async fn move_into(person: &Person, what: Value, to: Option<FolderId>) -> Answer {
    let mut body = what;
    body["to"] = json!(to);
    person.post("/api/files/move", body).await
}

#[tokio::test]
async fn a_file_lies_in_the_folder_it_was_sent_to_and_names_are_taken_within_one() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let photos = sam.folder("photos", None).await;
    let here = upload_into(&sam, Some(photos), None, "a.jpg").await;
    let there = upload_into(&sam, None, None, "a.jpg").await;
    assert_eq!((here.folder_id, here.name.as_str()), (Some(photos), "a.jpg"));
    assert_eq!((there.folder_id, there.name.as_str()), (None, "a.jpg"));
    assert_eq!(upload_into(&sam, Some(photos), None, "a.jpg").await.name, "a (1).jpg");
    assert_eq!(files_in(&sam, &photos.to_string()).await, ["a (1).jpg", "a.jpg"]);
    assert_eq!(files_in(&sam, "root").await, ["a.jpg"]);
    assert_eq!(sam.files().await.items.len(), 3, "all of them, wherever they lie");
    let details: FolderDetails = sam.get(&format!("/api/folders/{photos}")).await.json(200);
    assert_eq!((details.folder.files, details.folder.folders), (2, 0));

    let renamed = format!("/api/files/{}", here.id);
    let taken = sam.patch(&renamed, json!({ "name": "a (1).jpg" })).await;
    taken.problem(409, ProblemCode::NameTaken);
    // By form, too.
    assert_eq!(sam.upload_into(photos, "b.txt").await.folder_id, Some(photos));
    let deeper = upload_into(&sam, Some(photos), Some("b/c"), "d.txt").await.folder_id;
    let details: FolderDetails =
        sam.get(&format!("/api/folders/{}", deeper.unwrap())).await.json(200);
    let path: Vec<_> = details.path.into_iter().map(|step| step.name).collect();
    assert_eq!(path, ["photos", "b", "c"]);
}

#[tokio::test]
async fn folders_on_a_path_are_made_once_however_many_files_ask_for_them() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let begun = (0..8).map(|n| {
        let sam = sam.clone();
        async move { upload_into(&sam, None, Some("photos/2026"), &format!("{n}.jpg")).await }
    });
    let files = futures_util::future::join_all(begun).await;
    let folder = files[0].folder_id.unwrap();
    assert!(files.iter().all(|file| file.folder_id == Some(folder)));
    let details: FolderDetails = sam.get(&format!("/api/folders/{folder}")).await.json(200);
    let path: Vec<_> = details.path.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(path, ["photos", "2026"]);
    assert_eq!(details.folder.parent_id, Some(details.path[0].id));
    assert_eq!((details.folder.files, folders_in(&sam, "root").await), (8, vec!["photos".into()]));
}

#[tokio::test]
async fn no_path_leads_out_of_a_folder() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for path in ["..", "a/../b", "./a", "a\\b", "a\0", "a/\u{202E}b", &"x".repeat(256)] {
        let refused =
            sam.post("/api/uploads", json!({ "name": "a", "size": 1, "path": path })).await;
        refused.problem(422, ProblemCode::InvalidName);
    }
    for name in ["", "..", "a/b", "a\\b", "a\nb"] {
        let refused = sam.post("/api/folders", json!({ "name": name })).await;
        refused.problem(422, ProblemCode::InvalidName);
    }
    assert!(folders_in(&sam, "root").await.is_empty());
    assert_eq!(upload_into(&sam, None, Some("/a//b/"), "c").await.name, "c");
    assert_eq!(folders_in(&sam, "root").await, ["a"]);
}

#[tokio::test]
async fn folders_lie_so_deep_and_no_deeper() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let deep = vec!["x"; 64].join("/");
    let bottom = upload_into(&sam, None, Some(&deep), "a").await.folder_id;
    let deeper = sam.post("/api/folders", json!({ "name": "x", "parent_id": bottom })).await;
    deeper.problem(422, ProblemCode::Invalid);
    let other = sam.folder("other", None).await;
    sam.folder("in it", Some(other)).await;
    let up: FolderDetails = sam.get(&format!("/api/folders/{}", bottom.unwrap())).await.json(200);
    let moved = move_into(&sam, json!({ "folder_ids": [other] }), up.folder.parent_id).await;
    moved.problem(422, ProblemCode::Invalid);
}

#[tokio::test]
async fn what_is_moved_keeps_its_name_or_gets_a_number_and_moves_all_or_not_at_all() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (a, b) = (sam.folder("a", None).await, sam.folder("b", None).await);
    let file = upload_into(&sam, None, None, "x.txt").await.id;
    upload_into(&sam, Some(a), None, "x.txt").await;
    let what = json!({ "file_ids": [file], "folder_ids": [b] });
    assert_eq!(move_into(&sam, what, Some(a)).await.status, 204);
    assert_eq!(files_in(&sam, &a.to_string()).await, ["x (1).txt", "x.txt"]);
    assert_eq!(folders_in(&sam, &a.to_string()).await, ["b"]);
    assert!(files_in(&sam, "root").await.is_empty());

    // To where it is already: nothing.
    assert_eq!(move_into(&sam, json!({ "file_ids": [file] }), Some(a)).await.status, 204);
    assert_eq!(files_in(&sam, &a.to_string()).await, ["x (1).txt", "x.txt"]);

    let nowhere = "01890000-0000-7000-8000-000000000000";
    let half = json!({ "file_ids": [file, nowhere] });
    move_into(&sam, half, None).await.problem(404, ProblemCode::NotFound);
    assert!(files_in(&sam, "root").await.is_empty());

    sam.folder("b", None).await;
    assert_eq!(move_into(&sam, json!({ "folder_ids": [b] }), None).await.status, 204);
    assert_eq!(folders_in(&sam, "root").await, ["a", "b", "b (1)"]);
}

#[tokio::test]
async fn a_folder_is_never_moved_into_itself() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let a = sam.folder("a", None).await;
    let b = sam.folder("b", Some(a)).await;
    for to in [a, b] {
        let refused = move_into(&sam, json!({ "folder_ids": [a] }), Some(to)).await;
        assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some("to"));
    }
    // Two at a time, each into the other: one of them at most.
    let c = sam.folder("c", None).await;
    let (one, other) = tokio::join!(
        move_into(&sam, json!({ "folder_ids": [a] }), Some(c)),
        move_into(&sam, json!({ "folder_ids": [c] }), Some(a)),
    );
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [204, 422]);
}

#[tokio::test]
async fn a_folder_is_renamed_unless_the_name_is_taken_beside_it() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let a = sam.folder("a", None).await;
    sam.folder("b", None).await;
    let path = format!("/api/folders/{a}");
    let renamed: FolderDetails = sam.patch(&path, json!({ "name": "Ä" })).await.json(200);
    assert_eq!(renamed.folder.name, "Ä");
    sam.patch(&path, json!({ "name": "b" })).await.problem(409, ProblemCode::NameTaken);
    sam.patch(&path, json!({ "name": "../b" })).await.problem(422, ProblemCode::InvalidName);
    sam.post("/api/folders", json!({ "name": "b" })).await.problem(409, ProblemCode::NameTaken);
    let found: FolderPage = sam.get("/api/folders?q=a").await.json(200);
    assert_eq!(found.items.len(), 1, "by what it is called, however that is written");
    // The one that holds all others has no name, and no address.
    let user = sam.get("/api/me").await.json::<Value>(200)["id"].clone();
    let home = format!("/api/folders/{}", user.as_str().unwrap());
    sam.get(&home).await.problem(404, ProblemCode::NotFound);
    sam.patch(&home, json!({ "name": "x" })).await.problem(404, ProblemCode::NotFound);
    sam.delete(&home).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn a_folder_is_listed_by_pages_in_the_order_that_is_asked_for() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let folder = sam.folder("f", None).await;
    for (name, size) in [("b", 3), ("A", 1), ("c", 2), ("ä", 2)] {
        let begun = sam.begin_upload(name, size, json!({ "folder_id": folder })).await;
        send(&sam, &begun, size).await;
        stack.advance(std::time::Duration::from_millis(1));
    }
    for (order, wanted) in [
        ("sort=name", ["A", "ä", "b", "c"]),
        ("sort=name&order=desc", ["c", "b", "ä", "A"]),
        ("sort=size", ["b", "ä", "c", "A"]),
        ("sort=size&order=asc", ["A", "c", "ä", "b"]),
        ("sort=added", ["ä", "c", "A", "b"]),
        ("order=asc", ["b", "A", "c", "ä"]),
    ] {
        for scope in [format!("folder_id={folder}&"), String::new()] {
            let (mut names, mut cursor) = (vec![], String::new());
            loop {
                let path = format!("/api/files?{scope}{order}&limit=1{cursor}");
                let page: FilePage = sam.get(&path).await.json(200);
                names.extend(page.items.into_iter().map(|row| row.file.name));
                let Some(next) = page.next_cursor else { break };
                cursor = format!("&cursor={next}");
            }
            assert_eq!(names, wanted, "{scope}{order}");
        }
    }
    for (query, field) in [("sort=age", "query"), ("order=x", "query"), ("folder_id=x", "query")] {
        let refused = sam.get(&format!("/api/files?{query}")).await;
        assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some(field));
    }
    let other_lists = "/api/files?sort=size&cursor=01890000-0000-7000-8000-000000000000";
    let refused = sam.get(other_lists).await.problem(422, ProblemCode::Invalid);
    assert_eq!(refused.field.as_deref(), Some("cursor"));
    let nowhere = "/api/files?folder_id=01890000-0000-7000-8000-000000000000";
    sam.get(nowhere).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn folders_are_listed_by_pages_by_name() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    for name in ["b", "A", "ä", "c"] {
        sam.folder(name, None).await;
        stack.advance(std::time::Duration::from_millis(1));
    }
    let (mut names, mut cursor) = (vec![], String::new());
    loop {
        let page: FolderPage = sam.get(&format!("/api/folders?limit=1{cursor}")).await.json(200);
        names.extend(page.items.into_iter().map(|row| row.name));
        let Some(next) = page.next_cursor else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(names, ["A", "ä", "b", "c"]);
}

#[tokio::test]
async fn a_search_is_listed_by_pages_and_finds_nothing_that_is_another_persons_or_in_the_trash() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let folder = sam.folder("report folder", None).await;
    for n in 0..5 {
        upload_into(&sam, Some(folder), None, &format!("report {n}.txt")).await;
        stack.advance(std::time::Duration::from_millis(1));
    }
    eve.upload("report of eve.txt", b"x").await;
    let trashed = sam.upload("report in the trash.txt", b"x").await.id;
    sam.trash(&[trashed], &[]).await;
    for (text, wanted) in [("port", ["4", "3", "2", "1", "0"]), ("RE", ["0", "1", "2", "3", "4"])] {
        let (mut names, mut cursor) = (vec![], String::new());
        loop {
            let path = format!("/api/files?q={text}&limit=2{cursor}");
            let page: FilePage = sam.get(&path).await.json(200);
            names.extend(page.items.into_iter().map(|row| row.file.name));
            let Some(next) = page.next_cursor else { break };
            cursor = format!("&cursor={next}");
        }
        let wanted: Vec<_> = wanted.iter().map(|n| format!("report {n}.txt")).collect();
        assert_eq!(names, wanted, "{text}");
    }
    // It goes on where it was, though the file there is gone.
    let first: FilePage = sam.get("/api/files?q=report&limit=2").await.json(200);
    sam.delete_for_good(first.items[1].file.id).await;
    let path = format!("/api/files?q=report&limit=2&cursor={}", first.next_cursor.unwrap());
    let second: FilePage = sam.get(&path).await.json(200);
    let names: Vec<_> = second.items.into_iter().map(|row| row.file.name).collect();
    assert_eq!(names, ["report 2.txt", "report 1.txt"]);
    let folders: FolderPage = sam.get("/api/folders?q=PORT%20f").await.json(200);
    assert_eq!(folders.items.len(), 1);
}

#[tokio::test]
async fn what_is_sent_to_a_folder_that_goes_meanwhile_lies_in_none() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let folder = sam.folder("going", None).await;
    let begun = sam.begin_upload("a.txt", 1, json!({ "folder_id": folder })).await;
    let session: UploadDetails =
        sam.get(&format!("/api/uploads/{}", begun.session.id)).await.json(200);
    assert_eq!(session.session.folder_id, Some(folder));
    sam.trash(&[], &[folder]).await;
    assert_eq!(send(&sam, &begun, 1).await.folder_id, None);
    let late =
        sam.post("/api/uploads", json!({ "name": "b", "size": 1, "folder_id": folder })).await;
    late.problem(404, ProblemCode::NotFound);
}
