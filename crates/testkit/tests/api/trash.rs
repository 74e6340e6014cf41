//! The trash: what lies there is nobody's to fetch, can be taken back, and goes for good.

use std::time::Duration;

use serde_json::json;
use sharesync_protocol::api::{
    ArchiveLink, FilePage, FolderPage, Me, ProblemCode, TokenGrant, TrashPage, TrashReason,
};
use sharesync_protocol::{FileId, TrashId};
use sharesync_testkit::{Answer, Person, Stack};

use crate::form_upload::assert_only_stored;

const DAY: Duration = Duration::from_hours(24);

async fn trash_of(person: &Person) -> TrashPage {
    person.get("/api/trash").await.json(200)
}

async fn restore(person: &Person, ids: &[TrashId]) -> Answer {
    person.post("/api/trash/restore", json!({ "ids": ids })).await
}

async fn names(person: &Person, path: &str) -> Vec<String> {
    let page: FilePage = person.get(path).await.json(200);
    let mut names: Vec<_> = page.items.into_iter().map(|row| row.file.name).collect();
    names.sort();
    names
}

/// The same person, some time later.
async fn later(stack: &Stack, person: &Person, by: Duration) -> Person {
    stack.advance(by);
    let grant: TokenGrant = person.post("/api/auth/refresh", json!({})).await.json(200);
    person.with_token(&grant.access_token)
}

/// What does not serve a file that is in the trash.
async fn assert_unreachable(stack: &Stack, owner: &Person, file: FileId, url: &str, slug: &str) {
    let nobody = stack.anonymous();
    nobody.get(url).await.problem(404, ProblemCode::NotFound);
    let path = format!("/api/files/{file}");
    owner.get(&path).await.problem(404, ProblemCode::NotFound);
    owner.get(&format!("{path}/content")).await.problem(404, ProblemCode::NotFound);
    owner.post(&format!("{path}/signed-url"), json!({})).await.problem(404, ProblemCode::NotFound);
    owner.patch(&path, json!({ "name": "x" })).await.problem(404, ProblemCode::NotFound);
    owner.delete(&format!("{path}?for_good=true")).await.problem(404, ProblemCode::NotFound);
    let wanted = json!({ "ids": [file] });
    owner.post("/api/files/archive", wanted).await.problem(404, ProblemCode::NotFound);
    let wanted = json!({ "file_ids": [file] });
    owner.post("/api/shares", wanted).await.problem(404, ProblemCode::NotFound);
    nobody.get(&format!("/api/shares/{slug}")).await.problem(410, ProblemCode::Expired);
    for what in ["download", "archive"] {
        let asked = nobody.post(&format!("/api/shares/{slug}/{what}"), json!({})).await;
        asked.problem(410, ProblemCode::Expired);
    }
}

#[tokio::test]
async fn what_is_deleted_is_nobodys_to_fetch_and_comes_back_with_its_links() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"12345").await.id;
    let slug = sam.share(&[file], json!({})).await.slug;
    let url = sam.file(file).await.download_url;
    assert_eq!(sam.delete(&format!("/api/files/{file}")).await.status, 204);

    assert_unreachable(&stack, &sam, file, &url, slug.as_str()).await;
    assert!(sam.files().await.items.is_empty());
    let trash = trash_of(&sam).await;
    let entry = &trash.items[0];
    assert_eq!((entry.name.as_str(), entry.files, entry.size), ("a.txt", 1, 5));
    assert_eq!((entry.is_folder, entry.reason), (false, TrashReason::Deleted));
    assert_eq!(entry.gone_at - entry.trashed_at, 7 * 24 * 3600 * 1000);
    assert_eq!((trash.size, sam.get("/api/me").await.json::<Me>(200).used), (5, 5));

    assert_eq!(restore(&sam, &[entry.id]).await.status, 204);
    assert!(trash_of(&sam).await.items.is_empty());
    assert_eq!(stack.anonymous().get(&url).await.body, b"12345");
    assert_eq!(stack.anonymous().get(&format!("/api/shares/{}", slug.as_str())).await.status, 200);
    restore(&sam, &[entry.id]).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn an_archive_that_was_asked_for_gives_nothing_of_what_was_deleted() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"12345").await.id;
    let archive = sam.post("/api/files/archive", json!({ "ids": [file] })).await;
    let archive = archive.json::<ArchiveLink>(200).download_url;
    let entry = sam.trash(&[file], &[]).await;
    stack.anonymous().get(&archive).await.problem(404, ProblemCode::NotFound);
    restore(&sam, &entry).await;
    assert_eq!(stack.anonymous().get(&archive).await.status, 200);
}

#[tokio::test]
async fn a_folder_goes_and_comes_back_with_all_that_lies_in_it() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let outer = sam.folder("outer", None).await;
    let inner = sam.folder("inner", Some(outer)).await;
    let a = sam.upload_into(outer, "a.txt").await.id;
    let b = sam.upload_into(inner, "b.txt").await.id;
    let before = sam.upload_into(inner, "before.txt").await.id;
    let first = sam.trash(&[before], &[]).await;
    stack.advance(Duration::from_millis(1));
    let url = sam.file(b).await.download_url;
    let slug = sam.share(&[b], json!({})).await.slug;
    assert_eq!(sam.delete(&format!("/api/folders/{outer}")).await.status, 204);

    assert_unreachable(&stack, &sam, b, &url, slug.as_str()).await;
    sam.get(&format!("/api/folders/{inner}")).await.problem(404, ProblemCode::NotFound);
    sam.get(&format!("/api/files?folder_id={inner}")).await.problem(404, ProblemCode::NotFound);
    assert!(sam.get("/api/folders?q=inner").await.json::<FolderPage>(200).items.is_empty());
    let listed: Vec<_> = trash_of(&sam).await.items;
    let told: Vec<_> = listed.iter().map(|row| (row.name.as_str(), row.files)).collect();
    assert_eq!(told, [("outer", 2), ("before.txt", 1)]);

    // What lay in it before it went is not its affair: that goes into no folder meanwhile.
    restore(&sam, &first).await;
    assert_eq!(names(&sam, "/api/files?folder_id=root").await, ["before.txt"]);
    restore(&sam, &[listed[0].id]).await;
    assert_eq!(names(&sam, &format!("/api/files?folder_id={inner}")).await, ["b.txt"]);
    assert_eq!(sam.file(a).await.summary.file.folder_id, Some(outer));
}

#[tokio::test]
async fn what_comes_back_stands_in_nobodys_way() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"old").await.id;
    let folder = sam.folder("f", None).await;
    let inner = sam.upload_into(folder, "in.txt").await.id;
    let of_inner = sam.trash(&[inner], &[]).await;
    let mut entries = sam.trash(&[file], &[folder]).await;
    assert_eq!(sam.upload("a.txt", b"new").await.name, "a.txt", "the name was free");
    sam.folder("f", None).await;
    // Both at once: the file goes back into the folder that comes with it.
    entries.extend(of_inner);
    assert_eq!(restore(&sam, &entries).await.status, 204);
    assert_eq!(sam.file(file).await.summary.file.name, "a (1).txt");
    assert_eq!(sam.file(inner).await.summary.file.folder_id, Some(folder));
    let folders: FolderPage = sam.get("/api/folders").await.json(200);
    let folders: Vec<_> = folders.items.into_iter().map(|folder| folder.name).collect();
    assert_eq!(folders, ["f", "f (1)"]);
}

#[tokio::test]
async fn all_that_is_named_goes_or_none_of_it() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let (mine, theirs) = (sam.upload("a.txt", b"x").await.id, eve.upload("a.txt", b"x").await.id);
    let half = json!({ "file_ids": [mine, theirs] });
    sam.post("/api/trash", half).await.problem(404, ProblemCode::NotFound);
    let twice = json!({ "file_ids": [mine, mine] });
    sam.post("/api/trash", twice).await.problem(404, ProblemCode::NotFound);
    assert!(trash_of(&sam).await.items.is_empty());
    let (gone, of_eve) = (sam.trash(&[mine], &[]).await, eve.trash(&[theirs], &[]).await);
    let half = [gone[0], of_eve[0]];
    restore(&sam, &half).await.problem(404, ProblemCode::NotFound);
    assert_eq!(trash_of(&sam).await.items.len(), 1);
    let many = vec!["01890000-0000-7000-8000-000000000000"; 1001];
    let refused = sam.post("/api/trash", json!({ "file_ids": many })).await;
    assert_eq!(refused.problem(422, ProblemCode::Invalid).field.as_deref(), Some("file_ids"));
}

#[tokio::test]
async fn what_is_removed_from_it_is_gone_for_good_and_the_rest_stays() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let (a, b) = (sam.upload("a.txt", b"12345").await.id, sam.upload("b.txt", b"123").await.id);
    let entries = sam.trash(&[a, b], &[]).await;
    let path = format!("/api/trash/{}", entries[0]);
    assert_eq!(sam.delete(&path).await.status, 204);
    sam.delete(&path).await.problem(404, ProblemCode::NotFound);
    assert_only_stored(&stack, 1).await;
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).used, 3);
    restore(&sam, &entries[1..]).await;
    assert_eq!(names(&sam, "/api/files").await, ["b.txt"]);
}

#[tokio::test]
async fn emptying_it_takes_folders_within_folders_and_leaves_what_is_not_there() {
    let stack = Stack::start().await;
    let (sam, eve) = (stack.user("sam").await, stack.user("eve").await);
    let outer = sam.folder("outer", None).await;
    let inner = sam.folder("inner", Some(outer)).await;
    for n in 0..230 {
        sam.upload_into(inner, &n.to_string()).await;
    }
    sam.upload("kept.txt", b"x").await;
    let of_eve = eve.upload("a.txt", b"x").await.id;
    eve.trash(&[of_eve], &[]).await;
    sam.trash(&[], &[inner]).await;
    sam.trash(&[], &[outer]).await;
    assert_eq!(sam.delete("/api/trash").await.status, 204);
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).used, 1);
    assert_only_stored(&stack, 2).await;
    assert_eq!(trash_of(&sam).await.size, 0);
    assert_eq!(trash_of(&eve).await.items.len(), 1);
}

#[tokio::test]
async fn what_lay_in_a_folder_that_is_gone_for_good_comes_back_into_none() {
    let stack = Stack::start().await;
    let sam = stack.user("sam").await;
    let outer = sam.folder("outer", None).await;
    let inner = sam.folder("inner", Some(outer)).await;
    let file = sam.upload_into(outer, "a.txt").await.id;
    let earlier = sam.trash(&[file], &[inner]).await;
    let later = sam.trash(&[], &[outer]).await;
    assert_eq!(sam.delete(&format!("/api/trash/{}", later[0])).await.status, 204);
    assert_eq!(restore(&sam, &earlier).await.status, 204);
    assert_eq!(sam.file(file).await.summary.file.folder_id, None);
    let folders: FolderPage = sam.get("/api/folders").await.json(200);
    assert_eq!(folders.items[0].id, inner);
}

#[tokio::test]
async fn what_expires_can_be_taken_back_for_a_while_and_is_kept_anew() {
    let stack = Stack::builder().env("FILE_EXPIRY_DAYS", 2).env("TRASH_DAYS", 3).start().await;
    let sam = stack.user("sam").await;
    let file = sam.upload("a.txt", b"12345").await.id;
    let other = sam.upload("b.txt", b"123").await.id;
    let sam = later(&stack, &sam, 2 * DAY).await;
    sam.get(&format!("/api/files/{file}")).await.problem(404, ProblemCode::NotFound);
    let purged = stack.purge().await;
    assert_eq!((purged.trashed, purged.files), (2, 0));
    let trash = trash_of(&sam).await;
    assert!(trash.items.iter().all(|entry| entry.reason == TrashReason::Expired));
    let of_file = trash.items.iter().find(|entry| entry.name == "a.txt").unwrap();
    assert_eq!(restore(&sam, &[of_file.id]).await.status, 204);
    let expires_at = sam.file(file).await.summary.file.expires_at.unwrap();
    assert_eq!(expires_at, stack.now_ms() + 2 * 24 * 3600 * 1000);

    let sam = later(&stack, &sam, Duration::from_hours(47)).await;
    assert_eq!(stack.purge().await.files, 0);
    let sam = later(&stack, &sam, Duration::from_hours(25)).await;
    let purged = stack.purge().await;
    assert_eq!((purged.trashed, purged.files, purged.bytes), (1, 1, 3), "b.txt for good");
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).used, 5);
    sam.get(&format!("/api/files/{other}")).await.problem(404, ProblemCode::NotFound);
}

#[tokio::test]
async fn what_somebody_deleted_goes_in_its_time_too() {
    let stack = Stack::builder().env("TRASH_DAYS", 1).start().await;
    let sam = stack.user("sam").await;
    let folder = sam.folder("f", None).await;
    sam.upload_into(folder, "a.txt").await;
    sam.trash(&[], &[folder]).await;
    let sam = later(&stack, &sam, Duration::from_hours(23)).await;
    assert_eq!(stack.purge().await.files, 0);
    let sam = later(&stack, &sam, Duration::from_hours(1)).await;
    assert_eq!(stack.purge().await.files, 1);
    assert!(trash_of(&sam).await.items.is_empty());
    assert!(stack.stored_files().is_empty());
}
