//! `sharesync-server doctor`: what it finds in a data folder that something has gone wrong with, and what it mends.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;
use sharesync_protocol::api::Me;
use sharesync_testkit::Person;
use sqlx::sqlite::SqlitePool;

use crate::program::{folder, signed_in, start};

pub(crate) fn doctor(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_sharesync-server"))
        .env_clear()
        .env("SHARESYNC_DATA_DIR", folder)
        .env("RUST_LOG", "warn")
        .arg("doctor")
        .args(arguments)
        .output()
        .unwrap();
    let said = [stdout, stderr].map(|text| String::from_utf8(text).unwrap()).concat();
    (status.success(), said)
}

/// Where the bytes of a file lie.
pub(crate) async fn bytes_of(folder: &Path, name: &str) -> PathBuf {
    let url = format!("sqlite:{}", folder.join("sharesync.db").display());
    let pool = SqlitePool::connect(&url).await.unwrap();
    let select = "select lower(hex(object_id)) from file where name = $1";
    let (id,): (String,) = sqlx::query_as(select).bind(name).fetch_one(&pool).await.unwrap();
    pool.close().await;
    folder.join("objects").join(&id[30..]).join(id)
}

/// Changes one bit where a file lies.
fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

async fn overcharge(folder: &Path, by: i64) {
    let url = format!("sqlite:{}", folder.join("sharesync.db").display());
    let pool = SqlitePool::connect(&url).await.unwrap();
    sqlx::query("update account set used = used + $1").bind(by).execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test]
async fn the_doctor_finds_what_is_wrong_and_mends_what_loses_nothing() {
    let folder = folder();
    let mut program = start(folder.path());
    let sam = signed_in(&program, "sam").await;
    sam.upload("whole.txt", b"whole").await;
    sam.upload("flipped.txt", b"flipped").await;
    sam.upload("lost.txt", b"lost").await;
    sam.upload("unsealed.txt", b"unsealed").await;
    let begun = sam.begin_upload("begun.txt", 4, json!({})).await;
    assert_eq!(sam.put_part(&begun.parts[0].url, "kept").await.status, 200);
    let (is_well, said) = doctor(folder.path(), &[]);
    assert!(!is_well && said.contains("another server is running"), "{said}");
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success());
    assert_eq!(doctor(folder.path(), &["--read"]), (true, "Nothing is wrong.\n".into()));

    flip(&bytes_of(folder.path(), "flipped.txt").await, 1);
    flip(&bytes_of(folder.path(), "unsealed.txt").await, 8);
    std::fs::remove_file(bytes_of(folder.path(), "lost.txt").await).unwrap();
    let orphan = folder.path().join("incoming/0190c0de0000700080000000deadbeef");
    std::fs::write(&orphan, b"nobody's").unwrap();
    let stranger = folder.path().join("objects/notes.txt");
    std::fs::write(&stranger, b"not ours").unwrap();
    overcharge(folder.path(), 5).await;

    let (is_well, said) = doctor(folder.path(), &[]);
    assert!(!is_well);
    assert!(said.contains("sam is charged for 33 bytes and has 28\n"), "{said}");
    assert!(said.contains(&format!("nobody has {}\n", orphan.display())), "{said}");
    assert!(said.contains("the bytes are missing of lost.txt"), "{said}");
    assert!(
        !said.contains("flipped.txt")
            && !said.contains("unsealed.txt")
            && !said.contains("notes.txt"),
        "{said}"
    );
    assert!(orphan.exists(), "it was only asked to look");

    let (is_well, said) = doctor(folder.path(), &["--mend", "--read"]);
    assert!(!is_well, "what is lost stays lost");
    assert!(said.contains("has 28: mended\n") && said.contains("deadbeef: mended\n"), "{said}");
    assert!(said.contains("the bytes are damaged of flipped.txt"), "{said}");
    assert!(said.contains("the seal is damaged of unsealed.txt"), "{said}");
    assert!(!said.contains("whole.txt") && !said.contains("begun.txt"), "{said}");
    assert!(!orphan.exists() && stranger.exists());
    let (_, said) = doctor(folder.path(), &["--read"]);
    assert_eq!(said.lines().count(), 2, "what is lost, and what is damaged: {said}");

    let program = start(folder.path());
    let sam = Person::at(program.url()).with_token(sam.token());
    assert_eq!(sam.get("/api/me").await.json::<Me>(200).used, 28);
    assert_eq!(sam.complete_upload(begun.session.id).await.status, 201);
}
