use sharesync_bucket::{Error, Part};

use crate::{PART, content, sha256, started, whole};

#[tokio::test]
async fn parts_in_any_order_make_one_object() {
    let (_server, bucket) = started().await;
    let stored = content(2 * PART + 77);
    let slices = [stored.slice(..PART), stored.slice(PART..2 * PART), stored.slice(2 * PART..)];
    let upload = bucket.begin_parts("one").await.unwrap();
    for number in [3, 1, 2] {
        let slice = &slices[number - 1];
        let number = u32::try_from(number).unwrap();
        bucket
            .put_part("one", &upload, number, slice.clone().into(), &sha256(slice))
            .await
            .unwrap();
    }

    let parts = bucket.parts("one", &upload).await.unwrap();
    let told: Vec<_> = parts.iter().map(|part| (part.number, part.size, part.sha256)).collect();
    let expected: Vec<_> = (1..)
        .zip(&slices)
        .map(|(number, slice)| (number, slice.len() as u64, Some(sha256(slice))))
        .collect();
    assert_eq!(told, expected);
    assert_eq!(bucket.size("one").await.unwrap(), None);

    bucket.complete_parts("one", &upload, &parts).await.unwrap();
    assert!(whole(&bucket, "one").await == stored);
    assert!(matches!(
        bucket.complete_parts("one", &upload, &parts).await,
        Err(Error::NotFound { .. })
    ));
    assert!(matches!(bucket.parts("one", &upload).await, Err(Error::NotFound { .. })));
}

#[tokio::test]
async fn a_part_with_another_digest_is_refused_and_leaves_the_former() {
    let (_server, bucket) = started().await;
    let (right, wrong) = (content(100), content(101).slice(1..));
    let upload = bucket.begin_parts("one").await.unwrap();
    bucket.put_part("one", &upload, 1, right.clone().into(), &sha256(&right)).await.unwrap();
    let before = bucket.parts("one", &upload).await.unwrap();
    let refused = bucket.put_part("one", &upload, 1, wrong.into(), &sha256(&right)).await;
    assert!(matches!(refused, Err(Error::Refused { .. })));
    assert_eq!(bucket.parts("one", &upload).await.unwrap(), before);
    bucket.complete_parts("one", &upload, &before).await.unwrap();
    assert!(whole(&bucket, "one").await == right);
}

#[tokio::test]
async fn more_parts_than_a_page_has_are_listed_in_order() {
    let (_server, bucket) = started().await;
    let upload = bucket.begin_parts("one").await.unwrap();
    let bytes = content(1);
    for number in (1..=1_001).rev() {
        bucket
            .put_part("one", &upload, number, bytes.clone().into(), &sha256(&bytes))
            .await
            .unwrap();
    }
    let numbers: Vec<u32> =
        bucket.parts("one", &upload).await.unwrap().iter().map(|part| part.number).collect();
    assert_eq!(numbers, (1..=1_001).collect::<Vec<u32>>());
}

#[tokio::test]
async fn what_does_not_fit_the_parts_completes_nothing_and_spoils_nothing() {
    let (_server, bucket) = started().await;
    let upload = bucket.begin_parts("one").await.unwrap();
    let (large, small) = (content(PART), content(9));
    bucket.put_part("one", &upload, 1, large.clone().into(), &sha256(&large)).await.unwrap();
    bucket.put_part("one", &upload, 2, small.clone().into(), &sha256(&small)).await.unwrap();
    let right = bucket.parts("one", &upload).await.unwrap();
    let [first, second] = right.as_slice() else { panic!("there are two parts") };

    let wrong: [Vec<Part>; 5] = [
        vec![Part { etag: second.etag.clone(), ..first.clone() }, second.clone()],
        vec![Part { sha256: second.sha256, ..first.clone() }, second.clone()],
        vec![Part { sha256: None, ..first.clone() }, second.clone()],
        vec![second.clone(), first.clone()],
        vec![first.clone(), second.clone(), Part { number: 3, ..second.clone() }],
    ];
    for parts in wrong {
        let refused = bucket.complete_parts("one", &upload, &parts).await;
        assert!(matches!(refused, Err(Error::Refused { .. })), "{parts:?}");
    }
    assert_eq!(bucket.size("one").await.unwrap(), None);
    assert_eq!(bucket.parts("one", &upload).await.unwrap(), right);
    bucket.complete_parts("one", &upload, &right).await.unwrap();
    assert_eq!(bucket.size("one").await.unwrap(), Some(PART as u64 + 9));
}

#[tokio::test]
async fn parts_that_are_too_small_make_no_object() {
    let (_server, bucket) = started().await;
    let upload = bucket.begin_parts("one").await.unwrap();
    let bytes = content(PART - 1);
    for number in [1, 2] {
        bucket
            .put_part("one", &upload, number, bytes.clone().into(), &sha256(&bytes))
            .await
            .unwrap();
    }
    let parts = bucket.parts("one", &upload).await.unwrap();
    let error = bucket.complete_parts("one", &upload, &parts).await.unwrap_err();
    assert!(
        matches!(&error, Error::Refused { source, .. } if source.to_string().starts_with("EntityTooSmall"))
    );
    assert_eq!(bucket.parts("one", &upload).await.unwrap(), parts);
}

#[tokio::test]
async fn an_aborted_upload_is_gone_and_may_be_aborted_again() {
    let (_server, bucket) = started().await;
    let upload = bucket.begin_parts("one").await.unwrap();
    let bytes = content(9);
    bucket.put_part("one", &upload, 1, bytes.clone().into(), &sha256(&bytes)).await.unwrap();
    bucket.abort_parts("one", &upload).await.unwrap();
    assert!(matches!(bucket.parts("one", &upload).await, Err(Error::NotFound { .. })));
    let late = bucket.put_part("one", &upload, 2, bytes.clone().into(), &sha256(&bytes)).await;
    assert!(matches!(late, Err(Error::NotFound { .. })));
    bucket.abort_parts("one", &upload).await.unwrap();
}

#[tokio::test]
async fn an_upload_takes_no_parts_of_another_key() {
    let (_server, bucket) = started().await;
    let upload = bucket.begin_parts("one").await.unwrap();
    let bytes = content(9);
    let other = bucket.put_part("two", &upload, 1, bytes.clone().into(), &sha256(&bytes)).await;
    assert!(matches!(other, Err(Error::NotFound { .. })));
}
