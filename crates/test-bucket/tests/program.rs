//! The server as a program.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bytes::Bytes;
use sha2::{Digest, Sha256};
use sharesync_bucket::{Bucket, Error, Settings};
use sharesync_test_services::Program;

fn start(folder: &Path) -> (Program, Bucket) {
    let program = Program::start(
        Command::new(env!("CARGO_BIN_EXE_sharesync-test-bucket"))
            .env_remove("PORT")
            .env("S3_ACCESS_KEY", "key")
            .env("S3_SECRET_KEY", "secret")
            .env("S3_BUCKET_NAME", "objects")
            .env("S3_FOLDER", folder),
    );
    let settings = Settings {
        endpoint: Some(program.url().to_owned()),
        public_endpoint: None,
        region: "us-east-1".to_owned(),
        name: "objects".to_owned(),
        access_key: "key".to_owned(),
        secret_key: "secret".into(),
        path_style: true,
    };
    (program, Bucket::new(&settings))
}

#[tokio::test]
async fn it_keeps_objects_in_its_folder_and_ends_when_told() {
    let folder = tempfile::tempdir().unwrap();
    let (mut program, bucket) = start(folder.path());
    bucket.put("one", "kept".into()).await.unwrap();
    program.signal("-TERM");
    assert!(program.child.wait().unwrap().success());

    let (_program, bucket) = start(folder.path());
    assert_eq!(bucket.size("one").await.unwrap(), Some(4));
}

#[tokio::test]
async fn parts_are_put_together_or_there_when_whoever_asked_for_it_has_left() {
    let folder = tempfile::tempdir().unwrap();
    let (_program, bucket) = start(folder.path());
    let bytes = Bytes::from(vec![7; 8 * 1024 * 1024]);
    let sha256 = Sha256::digest(&bytes).into();
    for wait in 0..20 {
        let key = format!("after-{wait}");
        let upload = bucket.begin_parts(&key).await.unwrap();
        for number in 1..=2 {
            bucket.put_part(&key, &upload, number, bytes.clone().into(), &sha256).await.unwrap();
        }
        let parts = bucket.parts(&key, &upload).await.unwrap();
        let leaving = bucket.complete_parts(&key, &upload, &parts);
        let _ = tokio::time::timeout(Duration::from_millis(wait), leaving).await;
        match bucket.complete_parts(&key, &upload, &parts).await {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            other => panic!("after {wait} ms: {other:?}"),
        }
        assert_eq!(bucket.size(&key).await.unwrap(), Some(16 * 1024 * 1024), "after {wait} ms");
    }
}
