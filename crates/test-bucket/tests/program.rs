//! The server as a program.

use std::path::Path;
use std::process::Command;

use sharesync_bucket::{Bucket, Settings};
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
