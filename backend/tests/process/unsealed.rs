//! A file that was stored before there were seals: it is served as it was, and gets a seal when it is looked through.

use serde_json::json;
use sharesync_protocol::api::ArchiveLink;
use sqlx::sqlite::SqlitePool;

use crate::doctor::{bytes_of, doctor};
use crate::program::{folder, signed_in, start};
use sharesync_testkit::Person;

async fn pool(folder: &std::path::Path) -> SqlitePool {
    SqlitePool::connect(&format!("sqlite:{}", folder.join("sharesync.db").display())).await.unwrap()
}

#[tokio::test]
async fn a_file_from_before_there_were_seals_is_served_and_gets_one() {
    let folder = folder();
    let folder = folder.path();
    let mut program = start(folder);
    let sam = signed_in(&program, "sam").await;
    let file = sam.upload("old.txt", b"hello").await;
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success());

    let place = bytes_of(folder, "old.txt").await;
    assert_eq!(std::fs::metadata(&place).unwrap().len(), 9);
    std::fs::write(&place, b"hello").unwrap();
    let pool = pool(folder).await;
    sqlx::query("update object set crc32 = null").execute(&pool).await.unwrap();
    pool.close().await;
    assert_eq!(doctor(folder, &["--read"]), (true, "Nothing is wrong.\n".into()));

    let program = start(folder);
    let sam = Person::at(program.url()).with_token(sam.token());
    let path = format!("/api/files/{}/content", file.id);
    assert_eq!(sam.get(&path).await.body, b"hello");
    assert_eq!(std::fs::metadata(&place).unwrap().len(), 5);
    // Which says what its bytes add up to.
    let link: ArchiveLink =
        sam.post("/api/files/archive", json!({ "ids": [file.id] })).await.json(200);
    assert_eq!(std::fs::metadata(&place).unwrap().len(), 9);
    let archive = sam.get(&link.download_url).await.body;
    assert!(archive.windows(5).any(|bytes| bytes == b"hello"));
    assert_eq!(sam.get(&path).await.body, b"hello");
}
