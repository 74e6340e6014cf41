//! Files that were handed in to the operators.

use sharesync_protocol::api::{HandInStatus, HandedIn, OwnHandIn, UploadedFile};
use sharesync_protocol::{FileId, UserId};
use uuid::Uuid;

use super::statement::query;
use super::{Db, Tx, below, digest, file, folder, from_db, mail, scan};
use crate::error::Result;
use crate::mail::Message;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    account_id: Uuid,
    folder_id: Uuid,
    name: String,
    size: i64,
    #[sqlx(flatten)]
    digest: digest::Row,
    #[sqlx(flatten)]
    scan: scan::Row,
    content_type: String,
    handed_in_at: i64,
    expires_at: Option<i64>,
    from: String,
    from_email: String,
    fetched_at: Option<i64>,
    fetched_by: Option<String>,
}

impl From<Row> for HandedIn {
    fn from(row: Row) -> Self {
        Self {
            file: UploadedFile {
                id: FileId(row.id),
                name: row.name,
                folder_id: folder::shown(row.folder_id, row.account_id),
                size: from_db(row.size),
                content_type: row.content_type,
                digest: row.digest.into(),
                scan: row.scan.into(),
                created_at: row.handed_in_at,
                expires_at: row.expires_at,
            },
            from: row.from,
            from_email: row.from_email,
            fetched_at: row.fetched_at,
            fetched_by: row.fetched_by,
        }
    }
}

/// What is shown of a file that was handed in, `$1` being the time, with what follows appended. It is fetched by
/// whoever was the first to have all of it, its owner not counted.
macro_rules! select_handed_in {
    ($rest:literal) => {
        concat!(
            "select file.id, file.account_id, file.folder_id, file.name, file.size, ",
            digest::columns!(),
            ", ",
            scan::columns!(),
            ", file.content_type, file.handed_in_at, file.expires_at,
                    owner.username as \"from\", owner.email as from_email,
                    fetched.completed_at as fetched_at, fetcher.username as fetched_by
             from file
             join object on object.id = file.object_id
             join account as owner on owner.id = file.account_id
             left join download as fetched on fetched.id =
                (select id from download
                 where file_id = file.id and completed_at is not null
                   and account_id <> file.account_id
                 order by completed_at, id limit 1)
             left join account as fetcher on fetcher.id = fetched.account_id
             where file.handed_in_at is not null and ",
            file::is_there!("$1"),
            " ",
            $rest
        )
    };
}

/// Files that anybody handed in, newest first.
pub async fn page(db: &Db, after: Option<FileId>, limit: u32, now: i64) -> Result<Vec<HandedIn>> {
    let rows: Vec<Row> =
        query(select_handed_in!("and file.id < $2 order by file.id desc limit $3"))
            .bind(now)
            .bind(below(after.map(|file| file.0)))
            .bind(limit)
            .fetch_all(db.reader())
            .await?;
    Ok(rows.into_iter().map(HandedIn::from).collect())
}

/// A file that somebody handed in.
pub async fn get(db: &Db, id: FileId, now: i64) -> Result<Option<HandedIn>> {
    let row: Option<Row> = query(select_handed_in!("and file.id = $2"))
        .bind(now)
        .bind(id.0)
        .fetch_optional(db.reader())
        .await?;
    Ok(row.map(HandedIn::from))
}

/// Files that one handed in oneself, newest first; with the id of each, for the next page.
pub async fn own_page(
    db: &Db,
    owner: UserId,
    after: Option<FileId>,
    limit: u32,
    now: i64,
) -> Result<Vec<(FileId, OwnHandIn)>> {
    let rows: Vec<Row> = query(select_handed_in!(
        "and file.account_id = $2 and file.id < $3 order by file.id desc limit $4"
    ))
    .bind(now)
    .bind(owner.0)
    .bind(below(after.map(|file| file.0)))
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let own = |row: Row| {
        let status = match row.fetched_at {
            Some(_) => HandInStatus::Fetched,
            None => HandInStatus::Waiting,
        };
        let Row { id, name, size, handed_in_at, scan, .. } = row;
        let (size, scan) = (from_db(size), scan.into());
        (FileId(id), OwnHandIn { name, size, handed_in_at, status, scan })
    };
    Ok(rows.into_iter().map(own).collect())
}

/// Has every operator told of a file that was handed in, once that is committed.
pub async fn tell_operators(tx: &mut Tx, file: FileId, now: i64) -> Result<()> {
    let operators: Vec<String> = query(
        "select email from account
         where role = 'ops' and disabled_at is null and email_verified_at is not null",
    )
    .fetch_values(&mut *tx)
    .await?;
    for operator in operators {
        mail::queue(tx, &operator, &Message::HandedIn { file }, now).await?;
    }
    Ok(())
}
