//! A database with nothing in it, for tests of the modules beside this one.

use std::sync::atomic::{AtomicI64, Ordering};

use sharesync_protocol::api::{ContentDigest, Role, Sha256Digest};
use sharesync_protocol::{AddressId, FileId, ShareSlug, UserId};
use sharesync_test_services::Postgres;
use tempfile::TempDir;

use super::account::{self, Claim, NewAccount};
use super::download::Opener;
use super::file::{self, NewFile};
use super::share::{self, NewShare};
use super::share_address::NewAddress;
use super::{DatabasePlace, Db, folder, new_id, object};
use crate::blob::{Incoming, Place};
use crate::scanning::Verdict;

/// A database of a test's own, of the kind that is being tested.
pub(super) struct Scratch {
    pub(super) db: Db,
    /// When the next file is added, in milliseconds: each in one of its own, so that they have an order.
    next_file: AtomicI64,
    _folder: TempDir,
}

impl Scratch {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = match Postgres::if_tested() {
            Some(server) => DatabasePlace::Postgres(server.database().into()),
            None => DatabasePlace::File(folder.path().join("sharesync.db")),
        };
        Self { db: Db::open(&place).await.unwrap(), next_file: AtomicI64::new(0), _folder: folder }
    }

    /// Somebody's account.
    pub(super) async fn account(&self, name: &str, role: Role) -> UserId {
        let email = format!("{name}@example.com");
        let new = NewAccount {
            email: &email,
            email_key: &email,
            claim: Claim::Proven,
            username: name,
            username_key: name,
            password_hash: None,
            role,
            quota: 100,
        };
        let mut tx = self.db.begin().await.unwrap();
        let made = account::insert(&mut tx, &new, 0).await.unwrap().id;
        tx.commit().await.unwrap();
        made
    }

    /// A file of somebody's, of one byte.
    pub(super) async fn file(&self, owner: UserId, expires_at: Option<i64>) -> FileId {
        self.new_file(owner, "a.txt", expires_at).await
    }

    /// One of a name.
    pub(super) async fn named_file(&self, owner: UserId, name: &str) -> FileId {
        self.new_file(owner, name, None).await
    }

    async fn new_file(&self, owner: UserId, name: &str, expires_at: Option<i64>) -> FileId {
        let object = Incoming { id: new_id(0), key: None, place: Place::Disk };
        object::begin(&self.db, &object, 0).await.unwrap();
        let new = NewFile {
            owner,
            folder: folder::home(owner),
            object: object.id,
            name,
            size: 1,
            digest: ContentDigest::Whole(Sha256Digest([0; 32])),
            crc32: Some(0),
            verdict: Some(&Verdict::Unscanned),
            content_type: "text/plain",
            expires_at,
            handed_in: false,
            sent: None,
        };
        let now = self.next_file.fetch_add(1, Ordering::Relaxed);
        file::insert(&self.db, &new, now).await.unwrap().id
    }

    /// A link to a file of somebody's.
    pub(super) async fn share(
        &self,
        owner: UserId,
        file: FileId,
        expires_at: Option<i64>,
        max_downloads: Option<u32>,
    ) -> ShareSlug {
        let slug = ShareSlug("AAAAAAAAAAAAAAAAAAAAAA".into());
        let new = NewShare {
            slug: &slug,
            owner,
            files: &[file],
            folders: &[],
            addresses: &[NewAddress {
                id: AddressId(new_id(0)),
                slug: slug.clone(),
                recipient: None,
            }],
            password_hash: None,
            expires_at,
            max_downloads,
            one_time: false,
            names_shown: false,
            notify: true,
        };
        share::insert(&self.db, &new, 0).await.unwrap();
        slug
    }
}

/// Somebody who opens a link by the address that is for anybody.
pub(super) fn anybody(slug: &ShareSlug) -> Opener<'_> {
    Opener { share: slug, address: slug, taker: None }
}
