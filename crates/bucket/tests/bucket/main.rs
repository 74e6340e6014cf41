//! A bucket against a server that keeps to S3 (`sharesync-test-bucket`), each test with its own.

mod objects;
mod outages;
mod parts;
mod presigned;

use std::io;

use bytes::Bytes;
use futures_util::{Stream, TryStreamExt};
use sha2::{Digest, Sha256};
use sharesync_bucket::{Bucket, Settings};
use sharesync_test_bucket::BucketServer;

/// The least that a part has which is not the last.
const PART: usize = 5 * 1024 * 1024;

fn settings(server: &BucketServer) -> Settings {
    Settings {
        endpoint: Some(server.endpoint()),
        public_endpoint: None,
        region: "us-east-1".to_owned(),
        name: server.bucket().to_owned(),
        access_key: server.access_key().to_owned(),
        secret_key: server.secret_key().into(),
        path_style: true,
    }
}

async fn started() -> (BucketServer, Bucket) {
    let server = BucketServer::start().await;
    let bucket = Bucket::new(&settings(&server));
    (server, bucket)
}

/// Bytes none of whose sections are alike.
fn content(length: usize) -> Bytes {
    let blocks = (0_u64..).flat_map(|block| <[u8; 32]>::from(Sha256::digest(block.to_le_bytes())));
    blocks.take(length).collect()
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

async fn collected(stream: impl Stream<Item = io::Result<Bytes>>) -> io::Result<Vec<u8>> {
    let chunks: Vec<Bytes> = stream.try_collect().await?;
    Ok(chunks.concat())
}

async fn whole(bucket: &Bucket, key: &str) -> Vec<u8> {
    let size = bucket.size(key).await.expect("it answers").expect("it is there");
    collected(bucket.read(key, 0, size).await.expect("it is there")).await.expect("it is whole")
}
