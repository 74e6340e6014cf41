//! Accounts.

use sharesync_protocol::UserId;
use sharesync_protocol::api::{ChangeUser, Metric, Role, Step, StoredByUser, User};
use uuid::Uuid;

use super::statement::{Statement, query};
use super::tally::{self, Tally};
use super::{Db, Tx, Unique, below, folder, from_db, new_id, to_db, violates_unique};
use crate::error::{Error, Result};

/// Whose an address is while an account is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The account's from now on, proven.
    Proven,
    /// The account's from now on, though nobody has proven it.
    Taken,
    /// Nobody's through this, until it is proven.
    Wanted,
}

/// An account to be made; keys are what uniqueness is decided by.
pub struct NewAccount<'a> {
    /// The address as typed.
    pub email: &'a str,
    /// The address as compared.
    pub email_key: &'a str,
    /// Whether it is the account's.
    pub claim: Claim,
    /// The name as typed.
    pub username: &'a str,
    /// The name as compared.
    pub username_key: &'a str,
    /// Argon2id hash in PHC form; none where one signs in by other means.
    pub password_hash: Option<&'a str>,
    /// What the account is for.
    pub role: Role,
    /// Bytes it may store.
    pub quota: u64,
}

/// What a sign-in is decided by.
#[derive(sqlx::FromRow)]
pub struct Credentials {
    /// Whose.
    #[sqlx(rename = "id", try_from = "Uuid")]
    pub user: UserId,
    /// Argon2id hash in PHC form; none where there is no password to sign in with.
    pub password_hash: Option<String>,
    /// Whether the address is proven.
    pub email_verified: bool,
    /// Whether nobody is let in.
    pub disabled: bool,
}

/// What a [`Row`] is read from.
macro_rules! columns {
    () => {
        "id, email, email_verified_at, username, password_hash is not null as has_password, \
         totp_confirmed_at, role, quota, used, created_at, disabled_at"
    };
}

/// Accounts, with what follows appended.
macro_rules! select_users {
    ($rest:literal) => {
        concat!("select ", columns!(), " from account ", $rest)
    };
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    email: String,
    email_verified_at: Option<i64>,
    username: String,
    has_password: bool,
    totp_confirmed_at: Option<i64>,
    role: String,
    quota: i64,
    used: i64,
    created_at: i64,
    disabled_at: Option<i64>,
}

impl From<Row> for User {
    fn from(row: Row) -> Self {
        Self {
            id: UserId(row.id),
            email: row.email,
            email_verified: row.email_verified_at.is_some(),
            username: row.username,
            has_password: row.has_password,
            second_factor: row.totp_confirmed_at.is_some(),
            role: role_from_db(&row.role),
            quota: from_db(row.quota),
            used: from_db(row.used),
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        }
    }
}

/// A role as it stands in the database, whose checks know no other.
pub(super) fn role_from_db(role: &str) -> Role {
    Role::named(role).unwrap_or(Role::Standard)
}

/// The key of an account that has no address of its own.
fn own_key(id: Uuid) -> String {
    id.simple().to_string()
}

/// Makes an account. [`Error::EmailTaken`] and [`Error::UsernameTaken`] where one is there.
pub async fn insert(tx: &mut Tx, account: &NewAccount<'_>, now: i64) -> Result<User> {
    let id = new_id(now);
    let own_key = own_key(id);
    let wanted = account.claim == Claim::Wanted;
    let email_key = if wanted { &own_key } else { account.email_key };
    // A statement that fails would end the transaction with it.
    let inserted: Option<Row> = query(concat!(
        "insert into account
            (id, email, email_key, wanted_email_key, email_verified_at, username, username_key,
             password_hash, role, quota, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         on conflict do nothing
         returning ",
        columns!()
    ))
    .bind(id)
    .bind(account.email)
    .bind(email_key)
    .bind(wanted.then_some(account.email_key))
    .bind((account.claim == Claim::Proven).then_some(now))
    .bind(account.username)
    .bind(account.username_key)
    .bind(account.password_hash)
    .bind(account.role.name())
    .bind(to_db(account.quota))
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    match inserted {
        Some(row) => {
            folder::make_home(tx, UserId(id), now).await?;
            tally::enter(tx, Tally::once(Metric::Registrations, 0), now).await?;
            Ok(row.into())
        }
        None => match owner_in(tx, email_key).await? {
            Some(_) => Err(Error::EmailTaken),
            None => Err(Error::UsernameTaken),
        },
    }
}

/// The account of that id.
pub async fn get(db: &Db, id: UserId) -> Result<Option<User>> {
    let row: Option<Row> =
        query(select_users!("where id = $1")).bind(id.0).fetch_optional(db.reader()).await?;
    Ok(row.map(User::from))
}

/// The account of somebody signed in.
pub async fn of(db: &Db, id: UserId) -> Result<User> {
    get(db, id).await?.ok_or(Error::Unauthenticated)
}

/// Accounts, newest first.
pub async fn page(db: &Db, after: Option<UserId>, limit: u32) -> Result<Vec<User>> {
    let rows: Vec<Row> = query(select_users!("where id < $1 order by id desc limit $2"))
        .bind(below(after.map(|user| user.0)))
        .bind(limit)
        .fetch_all(db.reader())
        .await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Notes that somebody is here, the first time on each day.
pub async fn note_active(db: &Db, user: UserId, now: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let first = query("update account set active_at = $2 where id = $1 and active_at < $2")
        .bind(user.0)
        .bind(Step::Day.start_of(now))
        .execute(&mut tx)
        .await?;
    if first == 1 {
        tally::enter(&mut tx, Tally::once(Metric::ActiveUsers, 0), now).await?;
    }
    tx.commit().await
}

/// How many accounts there are, and how many of them have been active since the beginnings of three days.
pub async fn active_since(db: &Db, days: [i64; 3]) -> Result<(u64, [u64; 3])> {
    let (all, first, second, third): (i64, i64, i64, i64) = query(
        "select count(*), count(case when active_at >= $1 then 1 end),
                count(case when active_at >= $2 then 1 end),
                count(case when active_at >= $3 then 1 end)
         from account",
    )
    .bind(days[0])
    .bind(days[1])
    .bind(days[2])
    .fetch_one(db.reader())
    .await?;
    Ok((from_db(all), [first, second, third].map(from_db)))
}

/// Those who store the most, the most first.
pub async fn most_stored(db: &Db, limit: u32) -> Result<Vec<StoredByUser>> {
    let rows: Vec<(Uuid, String, i64, i64)> = query(
        "select id, username, used, quota from account where used > 0
         order by used desc, id limit $1",
    )
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    let stored = |(id, username, used, quota)| StoredByUser {
        id: UserId(id),
        username,
        used: from_db(used),
        quota: from_db(quota),
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// Keeps an account as it is until the transaction ends, so that what is counted of it stays true. Whoever holds an
/// account and one of its rows holds the account first: nobody waits for somebody who waits for them.
pub(super) async fn hold(tx: &mut Tx, user: UserId) -> Result<()> {
    let _held: Option<Uuid> = query("select id from account where id = $1")
        .bind(user.0)
        .holding()
        .fetch_optional_value(tx)
        .await?;
    Ok(())
}

/// Whose an address is, as compared.
pub async fn owner(db: &Db, email_key: &str) -> Result<Option<User>> {
    let row: Option<Row> = by_key(email_key).fetch_optional(db.reader()).await?;
    Ok(row.map(User::from))
}

/// The same, within a transaction that then holds on to it.
pub async fn owner_in(tx: &mut Tx, email_key: &str) -> Result<Option<User>> {
    let row: Option<Row> = by_key(email_key).holding().fetch_optional(tx).await?;
    Ok(row.map(User::from))
}

fn by_key(email_key: &str) -> Statement<'_> {
    query(select_users!("where email_key = $1")).bind(email_key)
}

/// Whose an address is, as compared, or where it is nobody's, who wanted it last.
pub async fn by_address(db: &Db, email_key: &str) -> Result<Option<User>> {
    match owner(db, email_key).await? {
        Some(owner) => Ok(Some(owner)),
        None => Ok(unproven(db, email_key, 1).await?.into_iter().next()),
    }
}

/// What a sign-in with an address, as compared, is decided by: its owner's, or where it has none, those of
/// whoever wanted it last.
pub async fn credentials(db: &Db, email_key: &str) -> Result<Option<Credentials>> {
    Ok(query(
        "select id, password_hash, email_verified_at is not null as email_verified,
                disabled_at is not null as disabled
         from account where email_key = $1 or wanted_email_key = $1
         order by wanted_email_key is not null, id desc limit 1",
    )
    .bind(email_key)
    .fetch_optional(db.reader())
    .await?)
}

/// The hash of somebody's password, if they have one.
pub async fn password_of(db: &Db, user: UserId) -> Result<Option<String>> {
    let hash: Option<Option<String>> = query("select password_hash from account where id = $1")
        .bind(user.0)
        .fetch_optional_value(db.reader())
        .await?;
    Ok(hash.flatten())
}

/// Who wants or has an address, as compared, and has not proven it: newest first.
pub async fn unproven(db: &Db, email_key: &str, limit: u32) -> Result<Vec<User>> {
    let rows: Vec<Row> = query(select_users!(
        "where (wanted_email_key = $1 or email_key = $1) and email_verified_at is null
         order by id desc limit $2"
    ))
    .bind(email_key)
    .bind(limit)
    .fetch_all(db.reader())
    .await?;
    Ok(rows.into_iter().map(User::from).collect())
}

/// Makes the address that an account has or wants its own, proven; from an account that has it and never proved
/// it, it is taken. `false` where another account has proven it first.
pub async fn verify(tx: &mut Tx, user: UserId, now: i64) -> Result<bool> {
    let squatter: Option<Uuid> = query(
        "select id from account
         where email_verified_at is null and id <> $1
           and email_key = (select wanted_email_key from account where id = $1)",
    )
    .bind(user.0)
    .holding()
    .fetch_optional_value(&mut *tx)
    .await?;
    if let Some(squatter) = squatter {
        query("update account set wanted_email_key = email_key, email_key = $2 where id = $1")
            .bind(squatter)
            .bind(own_key(squatter))
            .execute(&mut *tx)
            .await?;
    }
    let verified = query(
        "update account
         set email_key = coalesce(wanted_email_key, email_key), wanted_email_key = null,
             email_verified_at = coalesce(email_verified_at, $2)
         where id = $1",
    )
    .bind(user.0)
    .bind(now)
    .execute(tx)
    .await;
    match verified {
        Ok(done) => Ok(done == 1),
        Err(e) if violates_unique(&e, &Unique::EMAIL) => Ok(false),
        Err(e) => Err(e.into()),
    }
}

/// Leaves an account without a password to sign in with.
pub async fn clear_password(tx: &mut Tx, user: UserId) -> Result<()> {
    query("update account set password_hash = null where id = $1").bind(user.0).execute(tx).await?;
    Ok(())
}

/// Gives an account another password.
pub async fn set_password(tx: &mut Tx, user: UserId, hash: &str) -> Result<()> {
    query("update account set password_hash = $2 where id = $1")
        .bind(user.0)
        .bind(hash)
        .execute(tx)
        .await?;
    Ok(())
}

/// Changes what an administrator may change. [`Error::NotFound`]; [`Error::LastAdmin`] where nobody would be
/// left who can sign in and administer.
pub async fn change(tx: &mut Tx, user: UserId, change: &ChangeUser, now: i64) -> Result<User> {
    // Of two administrators who cease to be, one has to be the last.
    let _held: Vec<Uuid> = query("select id from account where role = 'admin' order by id")
        .holding()
        .fetch_values(&mut *tx)
        .await?;
    let row: Option<Row> = query(concat!(
        "update account
         set role = coalesce($2, role), quota = coalesce($3, quota),
             disabled_at = case $4 when true then coalesce(disabled_at, $5)
                                   when false then null else disabled_at end
         where id = $1
         returning ",
        columns!()
    ))
    .bind(user.0)
    .bind(change.role.map(Role::name))
    .bind(change.quota.map(to_db))
    .bind(change.disabled)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let row = row.ok_or(Error::NotFound)?;
    let administered: bool =
        query("select exists (select 1 from account where role = 'admin' and disabled_at is null)")
            .fetch_value(tx)
            .await?;
    if administered { Ok(row.into()) } else { Err(Error::LastAdmin) }
}

/// Removes up to `batch` accounts that were made before a moment, wanted an address and never proved it: they
/// cannot have been used. Answers how many went.
pub async fn purge_unproven(db: &Db, made_before: i64, batch: u32) -> Result<u64> {
    Ok(query(
        "delete from account where id in
            (select id from account
             where wanted_email_key is not null and created_at <= $1 limit $2)",
    )
    .bind(made_before)
    .bind(batch)
    .execute(db.writer())
    .await?)
}
