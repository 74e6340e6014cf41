//! By what a file's content is known, as it is kept: two columns of its row. Read by whatever reads files.

use sharesync_protocol::api::{ContentDigest, PartsDigest, Sha256Digest};

use super::from_db;

/// The columns that it is read from.
macro_rules! columns {
    () => {
        "file.sha256, file.digest_part_size"
    };
}
pub(super) use columns;

/// A digest, of [`columns`].
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    #[sqlx(try_from = "Vec<u8>")]
    sha256: Sha256Digest,
    digest_part_size: Option<i64>,
}

impl From<Row> for ContentDigest {
    fn from(Row { sha256, digest_part_size }: Row) -> Self {
        match digest_part_size {
            None => Self::Whole(sha256),
            Some(part_size) => Self::Parts(PartsDigest { sha256, part_size: from_db(part_size) }),
        }
    }
}
