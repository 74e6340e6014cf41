//! Addresses of share links: the one that is for anybody, or those of the recipients.

use std::collections::HashMap;

use sharesync_protocol::{AddressId, ShareSlug, UserId};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use super::share::{self, Share};
use super::statement::query;
use super::{Db, Tx, count_from_db, mail};
use crate::error::{Error, Result};
use crate::mail::Message;

/// An address to be made.
pub struct NewAddress {
    /// Its name.
    pub id: AddressId,
    /// What stands in it.
    pub slug: ShareSlug,
    /// Whom it is mailed to.
    pub recipient: Option<String>,
}

/// An address, as it is.
#[derive(sqlx::FromRow)]
pub struct Address {
    /// Its name.
    #[sqlx(try_from = "Uuid")]
    pub id: AddressId,
    share_slug: String,
    slug: String,
    /// For whom it is.
    pub recipient: Option<String>,
    /// When it was first opened.
    pub opened_at: Option<i64>,
    opens: i64,
    /// Downloads by it that were completed.
    downloads: i64,
    /// Since when it does not work any more.
    pub revoked_at: Option<i64>,
}

impl Address {
    /// What stands in it.
    pub fn slug(&self) -> ShareSlug {
        ShareSlug(self.slug.clone())
    }

    /// How often it was opened.
    pub fn opens(&self) -> u32 {
        count_from_db(self.opens)
    }

    /// How many downloads by it were completed.
    pub fn downloads(&self) -> u32 {
        count_from_db(self.downloads)
    }
}

/// Makes addresses of a link, and has those mailed that are for somebody, once that is committed.
pub(super) async fn insert(
    tx: &mut Tx,
    share: &ShareSlug,
    addresses: &[NewAddress],
    now: i64,
) -> Result<()> {
    for address in addresses {
        query(
            "insert into share_address (slug, id, share_slug, recipient) values ($1, $2, $3, $4)",
        )
        .bind(address.slug.as_str())
        .bind(address.id.0)
        .bind(share.as_str())
        .bind(address.recipient.as_deref())
        .execute(&mut *tx)
        .await?;
        if let Some(recipient) = &address.recipient {
            mail::queue(tx, recipient, &Message::Shared { address: address.id }, now).await?;
        }
    }
    Ok(())
}

/// The link that an address leads to, and whom the address is for. [`Error::NotFound`] where it leads to none.
pub async fn open(db: &Db, slug: &ShareSlug) -> Result<(Share, Option<String>)> {
    let found: Option<(String, Option<String>)> = query(
        "select share_slug, recipient from share_address
         join share on share.slug = share_address.share_slug
         join account on account.id = share.account_id
         where share_address.slug = $1 and revoked_at is null and account.disabled_at is null",
    )
    .bind(slug.as_str())
    .fetch_optional(db.reader())
    .await?;
    let (share, recipient) = found.ok_or(Error::NotFound)?;
    Ok((share::get(db, &ShareSlug(share)).await?, recipient))
}

/// Remembers that somebody has opened a link by an address. Answers whose link it is.
pub async fn opened(db: &Db, slug: &ShareSlug, now: i64) -> Result<Option<UserId>> {
    let owner: Option<Uuid> = query(
        "update share_address set opens = opens + 1, opened_at = coalesce(opened_at, $2)
         where slug = $1 and revoked_at is null
         returning (select account_id from share where share.slug = share_address.share_slug)",
    )
    .bind(slug.as_str())
    .bind(now)
    .fetch_optional_value(db.writer())
    .await?;
    Ok(owner.map(UserId))
}

/// The addresses of links, by recipient.
pub async fn of(db: &Db, shares: &[Share]) -> Result<HashMap<ShareSlug, Vec<Address>>> {
    let mut addresses: HashMap<ShareSlug, Vec<Address>> = HashMap::new();
    if shares.is_empty() {
        return Ok(addresses);
    }
    let places: Vec<String> = (1..).take(shares.len()).map(|place| format!("${place}")).collect();
    let named = query(AssertSqlSafe(format!(
        "select id, share_slug, slug, recipient, opened_at, opens, revoked_at,
                (select count(*) from download
                 where address = share_address.slug and completed_at is not null) as downloads
         from share_address where share_slug in ({}) order by recipient, id",
        places.join(", ")
    )));
    let named = shares.iter().fold(named, |named, share| named.bind(share.slug.as_str()));
    let rows: Vec<Address> = named.fetch_all(db.reader()).await?;
    for address in rows {
        let share = ShareSlug(address.share_slug.clone());
        addresses.entry(share).or_default().push(address);
    }
    Ok(addresses)
}

/// An address does not work any more, within a transaction that holds the link. [`Error::NotFound`] where it is another link's.
pub(super) async fn revoke(tx: &mut Tx, share: &ShareSlug, id: AddressId, now: i64) -> Result<()> {
    let revoked = query(
        "update share_address set revoked_at = coalesce(revoked_at, $3)
         where id = $1 and share_slug = $2",
    )
    .bind(id.0)
    .bind(share.as_str())
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if revoked == 1 { Ok(()) } else { Err(Error::NotFound) }
}

/// What a recipient is mailed.
#[derive(sqlx::FromRow)]
pub struct Mailed {
    /// Whose it is, by username.
    pub owner: String,
    slug: String,
    /// Whether a password is asked for.
    pub has_password: bool,
}

impl Mailed {
    /// What stands in the address.
    pub fn slug(&self) -> &str {
        &self.slug
    }
}

/// What there is to mail of an address; none where it does not work any more.
pub async fn mailed(db: &Db, id: AddressId, now: i64) -> Result<Option<Mailed>> {
    Ok(query(
        "select account.username as owner, share_address.slug,
                share.password_hash is not null as has_password
         from share_address
         join share on share.slug = share_address.share_slug
         join account on account.id = share.account_id
         where share_address.id = $1 and share_address.revoked_at is null
           and account.disabled_at is null
           and (share.expires_at is null or share.expires_at > $2)",
    )
    .bind(id.0)
    .bind(now)
    .fetch_optional(db.reader())
    .await?)
}
