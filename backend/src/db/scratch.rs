//! A database with nothing in it, for tests of the modules beside this one.

use sharesync_protocol::UserId;
use sharesync_protocol::api::Role;
use sharesync_test_services::Postgres;
use tempfile::TempDir;

use super::account::{self, Claim, NewAccount};
use super::{DatabasePlace, Db};

/// A database of a test's own, of the kind that is being tested.
pub(super) struct Scratch {
    pub(super) db: Db,
    _folder: TempDir,
}

impl Scratch {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = match Postgres::if_tested() {
            Some(server) => DatabasePlace::Postgres(server.database().into()),
            None => DatabasePlace::File(folder.path().join("sharesync.db")),
        };
        Self { db: Db::open(&place).await.unwrap(), _folder: folder }
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
}
