//! What transactions are to each other that come at one time, where one counts what the other changes. Tests of the
//! modules beside this one.

use std::time::Duration;

use sharesync_protocol::api::{ApiToken, ChangeUser, Role, Sha256Digest};
use sharesync_protocol::{ArchiveId, FileId, ShareSlug, UserId};
use tokio::task::JoinHandle;

use super::account;
use super::api_token::{self, NewApiToken};
use super::archive::{self, NewArchive};
use super::download::{self, Grant};
use super::scratch::{Scratch, anybody};
use super::share;
use super::{Db, Tx, new_id};
use crate::error::{Error, Result};

/// More than a statement takes that nothing holds up.
const A_WHILE: Duration = Duration::from_millis(300);

/// What comes of something that has to wait until a transaction ends.
async fn after<T>(tx: Tx, waiting: JoinHandle<Result<T>>) -> Result<T> {
    tokio::time::sleep(A_WHILE).await;
    assert!(!waiting.is_finished(), "it does not wait");
    tx.commit().await?;
    waiting.await.unwrap()
}

/// A file of somebody's behind a link for one download.
async fn shared_once(scratch: &Scratch, owner: UserId) -> (FileId, ShareSlug) {
    let file = scratch.file(owner, None).await;
    (file, scratch.share(owner, file, None, Some(1)).await)
}

fn download_of(file: FileId) -> Grant {
    Grant { id: new_id(0), file, by: None, expires_at: 10 }
}

/// Makes a token for somebody who may have one.
async fn only_token(db: &Db, user: UserId, hash: u8) -> Result<ApiToken> {
    let new = NewApiToken {
        user,
        hash: &[hash; 32],
        ends_with: "",
        name: "backup",
        scopes: &[],
        expires_at: None,
    };
    api_token::insert(db, &new, 1, 0).await
}

#[tokio::test]
async fn places_in_a_link_are_counted_by_one_at_a_time() {
    let scratch = Scratch::open().await;
    let (db, sam) = (&scratch.db, scratch.account("sam", Role::Standard).await);
    let (file, slug) = shared_once(&scratch, sam).await;
    let mut tx = db.begin().await.unwrap();
    share::hold(&mut tx, slug.as_str()).await.unwrap();
    let asked = tokio::spawn({
        let (db, slug) = (db.clone(), slug.clone());
        async move { download::reserve(&db, anybody(&slug), &download_of(file), 0).await }
    });
    assert!(after(tx, asked).await.unwrap());
    assert!(!download::reserve(db, anybody(&slug), &download_of(file), 0).await.unwrap());
}

#[tokio::test]
async fn an_archive_counts_places_when_nobody_else_does() {
    let scratch = Scratch::open().await;
    let (db, sam) = (&scratch.db, scratch.account("sam", Role::Standard).await);
    let (file, slug) = shared_once(&scratch, sam).await;
    let archive_all = |db: Db, slug: ShareSlug| async move {
        let archive = NewArchive {
            id: ArchiveId(new_id(0)),
            from: archive::From::Share(anybody(&slug), None),
            name: "files.zip",
            sha256: Sha256Digest([0; 32]),
            expires_at: 10,
            files: &[(file, "a.txt".into())],
        };
        archive::insert(&db, &archive, 0).await
    };
    let mut tx = db.begin().await.unwrap();
    share::hold(&mut tx, slug.as_str()).await.unwrap();
    let asked = tokio::spawn(archive_all(db.clone(), slug.clone()));
    assert!(after(tx, asked).await.unwrap());
    assert!(!archive_all(db.clone(), slug.clone()).await.unwrap());

    // Whoever removes files of the owner's holds the owner, and takes them in an order of its own.
    let mut tx = db.begin().await.unwrap();
    account::hold(&mut tx, sam).await.unwrap();
    let asked = tokio::spawn(archive_all(db.clone(), slug.clone()));
    assert!(!after(tx, asked).await.unwrap());
}

#[tokio::test]
async fn which_download_is_the_first_is_decided_one_at_a_time() {
    let scratch = Scratch::open().await;
    let (db, sam) = (&scratch.db, scratch.account("sam", Role::Standard).await);
    let (file, slug) = shared_once(&scratch, sam).await;
    let grant = download_of(file);
    assert!(download::reserve(db, anybody(&slug), &grant, 0).await.unwrap());
    let mut tx = db.begin().await.unwrap();
    share::hold(&mut tx, slug.as_str()).await.unwrap();
    let delivered = tokio::spawn({
        let db = db.clone();
        async move { download::delivered(&db, grant.id, 0, 1, 1, 0).await }
    });
    assert!(after(tx, delivered).await.unwrap());
}

#[tokio::test]
async fn of_two_administrators_who_cease_to_be_one_is_the_last() {
    let scratch = Scratch::open().await;
    let db = &scratch.db;
    let one = scratch.account("one", Role::Admin).await;
    let other = scratch.account("other", Role::Admin).await;
    let demotion = ChangeUser { role: Some(Role::Standard), ..Default::default() };
    let mut tx = db.begin().await.unwrap();
    account::change(&mut tx, one, &demotion, 0).await.unwrap();
    let demoted = tokio::spawn({
        let (db, demotion) = (db.clone(), demotion.clone());
        async move {
            let mut tx = db.begin().await?;
            account::change(&mut tx, other, &demotion, 0).await?;
            tx.commit().await
        }
    });
    assert!(matches!(after(tx, demoted).await, Err(Error::LastAdmin)));
}

#[tokio::test]
async fn tokens_of_an_account_are_counted_by_one_at_a_time() {
    let scratch = Scratch::open().await;
    let (db, sam) = (&scratch.db, scratch.account("sam", Role::Standard).await);
    let mut tx = db.begin().await.unwrap();
    account::hold(&mut tx, sam).await.unwrap();
    let made = tokio::spawn({
        let db = db.clone();
        async move { only_token(&db, sam, 1).await }
    });
    after(tx, made).await.unwrap();
    assert!(matches!(only_token(db, sam, 2).await, Err(Error::TooMany { limit: 1 })));
}
