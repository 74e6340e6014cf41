use std::io;

use bytes::Bytes;
use futures_util::TryStreamExt;
use sharesync_bucket::{Bucket, Error, Listed, Settings};

use crate::{PART, collected, content, settings, started, whole};

#[tokio::test]
async fn what_is_stored_is_read_back() {
    let (_server, bucket) = started().await;
    bucket.check().await.unwrap();
    let stored = content(300_000);
    bucket.put("a/b/one", stored.clone()).await.unwrap();
    bucket.put("empty", Bytes::new()).await.unwrap();

    assert_eq!(bucket.size("a/b/one").await.unwrap(), Some(300_000));
    assert!(whole(&bucket, "a/b/one").await == stored);
    assert_eq!(bucket.size("empty").await.unwrap(), Some(0));
    assert!(whole(&bucket, "empty").await.is_empty());
}

#[tokio::test]
async fn any_range_is_read() {
    let (_server, bucket) = started().await;
    let stored = content(100_000);
    bucket.put("one", stored.clone()).await.unwrap();

    for (from, to) in
        [(0, 1), (0, 100_000), (4_095, 4_097), (99_999, 100_000), (70_000, 99_000), (5, 5)]
    {
        let read = collected(bucket.read("one", from, to).await.unwrap()).await.unwrap();
        assert!(
            read == stored[usize::try_from(from).unwrap()..usize::try_from(to).unwrap()],
            "{from} to {to}"
        );
    }
}

#[tokio::test]
async fn a_range_that_ends_after_the_object_fails_where_the_object_ends() {
    let (_server, bucket) = started().await;
    let stored = content(1_000);
    bucket.put("one", stored.clone()).await.unwrap();

    let mut read = bucket.read("one", 900, 1_100).await.unwrap();
    let first = read.try_next().await.unwrap().unwrap();
    assert!(first == stored[900..]);
    assert_eq!(read.try_next().await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);

    let after = collected(bucket.read("one", 1_000, 1_100).await.unwrap()).await;
    assert_eq!(after.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn what_is_missing_is_not_found() {
    let (_server, bucket) = started().await;
    assert_eq!(bucket.size("none").await.unwrap(), None);
    for (from, to) in [(0, 1), (0, 0)] {
        assert!(matches!(bucket.read("none", from, to).await, Err(Error::NotFound { .. })));
    }
    let error = io::Error::from(bucket.read("none", 0, 1).await.err().unwrap());
    assert_eq!(error.kind(), io::ErrorKind::NotFound);
}

#[tokio::test]
async fn what_is_removed_is_gone_and_may_be_removed_again() {
    let (_server, bucket) = started().await;
    bucket.put("one", content(10)).await.unwrap();
    bucket.remove("one").await.unwrap();
    assert_eq!(bucket.size("one").await.unwrap(), None);
    bucket.remove("one").await.unwrap();
}

#[tokio::test]
async fn a_file_goes_in_one_request_up_to_the_limit() {
    let (_server, bucket) = started().await;
    let bucket = bucket.with_put_limit(300_000);
    let file = tempfile::NamedTempFile::new().unwrap();
    let stored = content(300_000);
    std::fs::write(file.path(), &stored).unwrap();

    bucket.put_file("one", file.path()).await.unwrap();
    assert!(whole(&bucket, "one").await == stored);

    let empty = tempfile::NamedTempFile::new().unwrap();
    bucket.put_file("empty", empty.path()).await.unwrap();
    assert_eq!(bucket.size("empty").await.unwrap(), Some(0));

    let bucket = bucket.with_put_limit(299_999);
    assert!(!bucket.takes_at_once(300_000));
    assert!(matches!(bucket.put_file("two", file.path()).await, Err(Error::Refused { .. })));
    assert_eq!(bucket.size("two").await.unwrap(), None);
}

#[tokio::test]
async fn a_longer_file_goes_in_parts_and_on_from_where_it_was() {
    let (_server, bucket) = started().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let stored = content(2 * PART + 1_000);
    std::fs::write(file.path(), &stored).unwrap();

    let upload = bucket.begin_parts("one").await.unwrap();
    // What an interruption left: the second part rightly, the first from another file.
    let (first, second) = (content(PART + 1), stored.slice(PART..2 * PART));
    bucket.put_part("one", &upload, 1, first.clone().into(), &crate::sha256(&first)).await.unwrap();
    bucket
        .put_part("one", &upload, 2, second.clone().into(), &crate::sha256(&second))
        .await
        .unwrap();
    let sending = {
        let (bucket, path) = (bucket.clone(), file.path().to_owned());
        async move { bucket.put_parts_of_file("one", &upload, &path, PART as u64).await }
    };
    tokio::spawn(sending).await.unwrap().unwrap();

    assert!(whole(&bucket, "one").await == stored);
}

#[tokio::test]
async fn all_objects_with_a_prefix_are_listed_in_order_over_pages() {
    let (_server, bucket) = started().await;
    let bytes = content(3);
    bucket.put("other/1", bytes.clone()).await.unwrap();
    let keys: Vec<String> = (0..1_001).map(|number| format!("many/{number:04}")).collect();
    for key in &keys {
        bucket.put(key, bytes.clone()).await.unwrap();
    }
    let listed: Vec<Listed> = bucket.list("many/").try_collect().await.unwrap();
    let expected: Vec<Listed> = keys.into_iter().map(|key| Listed { key, size: 3 }).collect();
    assert!(listed == expected);
    assert!(bucket.list("none/").try_next().await.unwrap().is_none());
}

#[tokio::test]
async fn a_missing_bucket_is_made_once() {
    let (server, _) = started().await;
    let bucket = Bucket::new(&Settings { name: "another".to_owned(), ..settings(&server) });
    assert!(matches!(bucket.check().await, Err(Error::NotFound { .. })));
    // Its objects are not thereby known to be gone.
    assert!(matches!(bucket.put("one", content(1)).await, Err(Error::Refused { .. })));
    bucket.ensure().await.unwrap();
    bucket.ensure().await.unwrap();
    bucket.put("one", content(1)).await.unwrap();
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_not_told() {
    let (server, _) = started().await;
    let secret = "0123456789abcdef";
    let bucket = Bucket::new(&Settings { secret_key: secret.into(), ..settings(&server) });
    let error = bucket.check().await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }));
    let error = io::Error::from(bucket.put("one", content(1)).await.unwrap_err());
    assert_eq!(error.kind(), io::ErrorKind::Other);
    let inner = error.get_ref().unwrap().downcast_ref::<Error>().unwrap();
    assert!(matches!(inner, Error::Refused { .. }));
    let told = format!("{inner} {inner:?}");
    assert!(told.contains("SignatureDoesNotMatch") && !told.contains(secret), "{told}");
}
