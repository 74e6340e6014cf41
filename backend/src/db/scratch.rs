//! A database with nothing in it, for tests of the modules beside this one.

use sharesync_test_services::Postgres;
use tempfile::TempDir;

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
}
