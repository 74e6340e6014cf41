//! Pages of a library: what lies in a folder, all of it, or what a search finds, in an order that somebody wants.

use std::borrow::Cow;
use std::fmt::Write;
use std::iter;

use sharesync_protocol::api::FileSummary;
use sharesync_protocol::{FileId, FolderId, UserId};
use sqlx::AssertSqlSafe;

use super::file::{self, Row};
use super::folder::containing;
use super::statement::{Statement, Value, query};
use super::{Db, above, below, digest, scan, to_db};
use crate::error::Result;
use crate::names;

/// Characters that a text has at least to be looked for anywhere in names: what is known of names goes by so many. A
/// shorter one is looked for where names begin.
const ANYWHERE: usize = 3;
/// Runs of characters that are looked up of a text; longer ones are told apart by reading the names that hold these.
const MOST_RUNS: usize = 16;
/// Files, the newest, of which each is held against a text before the index of names is asked (PostgreSQL): what is in many
/// names is among them, and would be found in too many by that.
const PROBED: u32 = 20_000;
/// Behind every name: a character that no text holds (Unicode 16 §23.7).
const LAST: &str = "\u{10FFFF}";

/// Where files are told of.
const FILES: &str = "file join object on object.id = file.object_id";

/// Which files of somebody's.
#[derive(Clone, Copy)]
pub enum Which<'a> {
    /// All of them.
    All,
    /// Those that lie in a folder.
    In(FolderId),
    /// Those with a name that holds this text.
    Named(&'a str),
}

/// In which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As they were added.
    #[default]
    Added,
    /// By name.
    Name,
    /// By size.
    Size,
}

/// Where a page goes on: behind this file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct After {
    /// The file.
    pub id: FileId,
    /// As what its name is sorted.
    pub name_key: String,
    /// Its size in bytes.
    pub size: u64,
}

/// A page that somebody wants.
pub struct Page<'a> {
    /// Whose files.
    pub owner: UserId,
    /// Which of them.
    pub which: Which<'a>,
    /// In which order.
    pub sort: Sort,
    /// The other way round: the last, or the largest, first.
    pub descending: bool,
    /// Where it goes on.
    pub after: Option<After>,
    /// Files at most.
    pub limit: u32,
}

impl<'a> Page<'a> {
    /// What a search finds, which has an order of its own: the newest first, or by name where its text is short.
    pub fn of_search(owner: UserId, text: &'a str, after: Option<After>, limit: u32) -> Self {
        let is_short = names::key(text).chars().count() < ANYWHERE;
        let (sort, descending) = if is_short { (Sort::Name, false) } else { (Sort::Added, true) };
        Self { owner, which: Which::Named(text), sort, descending, after, limit }
    }
}

/// The files of a page.
pub async fn page(db: &Db, page: &Page<'_>, now: i64) -> Result<Vec<FileSummary>> {
    match page.which {
        Which::Named(text) if page.sort == Sort::Added && page.descending => {
            let key = names::key(text);
            if db.is_sqlite() {
                return found(db, Asked::at(now).by_names(page, &key)).await;
            }
            let newest = found(db, Asked::at(now).by_newest(page, &key)).await?;
            if newest.len() == page.limit as usize {
                return Ok(newest);
            }
            found(db, Asked::at(now).by_runs(page, &key)).await
        }
        which => found(db, Asked::at(now).by_files(page, which)).await,
    }
}

async fn found(db: &Db, asked: Asked) -> Result<Vec<FileSummary>> {
    let sql = format!(
        concat!(
            "select ",
            file::summary_columns!(),
            " from {} where ",
            file::is_there!("$1"),
            "{}"
        ),
        asked.tables, asked.conditions
    );
    let statement = query(AssertSqlSafe(sql));
    let statement = asked.values.into_iter().fold(statement, Statement::bind);
    let rows: Vec<Row> = statement.fetch_all(db.reader()).await?;
    Ok(rows.into_iter().map(FileSummary::from).collect())
}

/// A statement on its way.
struct Asked {
    tables: Cow<'static, str>,
    conditions: String,
    values: Vec<Value<'static>>,
}

impl Asked {
    /// One that asks what is there at a time, which the columns and the conditions name `$1`.
    fn at(now: i64) -> Self {
        Self { tables: FILES.into(), conditions: String::new(), values: vec![now.into()] }
    }

    /// Where a value stands in the statement.
    fn place(&mut self, value: impl Into<Value<'static>>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    fn and(&mut self, condition: impl std::fmt::Display) {
        write!(self.conditions, " and {condition}").expect("a string takes what it is given");
    }

    /// By the indexes of files.
    fn by_files(mut self, page: &Page<'_>, which: Which<'_>) -> Self {
        match which {
            Which::In(folder) => {
                let folder = self.place(folder.0);
                self.and(format!("file.folder_id = {folder}"));
            }
            Which::All | Which::Named(_) => {
                let owner = self.place(page.owner.0);
                self.and(format!("file.account_id = {owner}"));
            }
        }
        if let Which::Named(text) = which {
            self.name(&names::key(text), page.sort);
        }
        self.go_on(page)
    }

    /// Those of the newest that hold a text.
    fn by_newest(mut self, page: &Page<'_>, key: &str) -> Self {
        let after = page.after.as_ref().map(|after| after.id.0);
        let (owner, id) = (self.place(page.owner.0), self.place(below(after)));
        self.tables = format!(
            "(select * from file where account_id = {owner} and id < {id}
              order by id desc limit {PROBED}) as file
             join object on object.id = file.object_id"
        )
        .into();
        self.name(key, page.sort);
        self.conditions.push_str(" order by file.id desc");
        self.limit(page)
    }

    /// By the index of names that PostgreSQL has: those that hold each run of characters that a text holds, and of them
    /// those that hold the text.
    fn by_runs(mut self, page: &Page<'_>, key: &str) -> Self {
        let (text, pattern) = (self.place(key.to_owned()), self.place(containing(key)));
        let owner = self.place(page.owner.0);
        // By itself: who sees that only some are wanted in order goes through all of them in that order.
        self.tables = format!(
            "(with named as materialized
                 (select id from file
                  where account_id = {owner} and name_runs(name_key) @> name_runs({text})
                    and name_key like {pattern} escape '!')
              select file.* from named join file on file.id = named.id) as file
             join object on object.id = file.object_id"
        )
        .into();
        self.go_on(page)
    }

    fn name(&mut self, key: &str, sort: Sort) {
        if sort == Sort::Name {
            let (from, to) = (self.place(key.to_owned()), self.place(format!("{key}{LAST}")));
            self.and(format!("file.name_key >= {from} and file.name_key < {to}"));
        } else {
            let pattern = self.place(containing(key));
            self.and(format!("file.name_key like {pattern} escape '!'"));
        }
    }

    fn go_on(mut self, page: &Page<'_>) -> Self {
        let (sign, direction) = if page.descending { ("<", "desc") } else { (">", "asc") };
        let after = page.after.as_ref();
        let id = after.map(|after| after.id.0);
        let id = if page.descending { below(id) } else { above(id) };
        let key: Option<(&str, Value<'static>)> = match page.sort {
            Sort::Added => None,
            Sort::Name => {
                let first = if page.descending { LAST } else { "" };
                let key = after.map_or(first, |after| &after.name_key);
                Some(("file.name_key", key.to_owned().into()))
            }
            Sort::Size => {
                let first = if page.descending { i64::MAX } else { -1 };
                let size = after.map_or(first, |after| to_db(after.size));
                Some(("file.size", size.into()))
            }
        };
        let id = self.place(id);
        match key {
            None => self.and(format!("file.id {sign} {id} order by file.id {direction}")),
            Some((column, key)) => {
                let key = self.place(key);
                self.and(format!(
                    "({column}, file.id) {sign} ({key}, {id})
                     order by {column} {direction}, file.id {direction}"
                ));
            }
        }
        self.limit(page)
    }

    /// By the index of names that SQLite has: those of the account that hold each run of characters that the text holds,
    /// and of them those that hold the text.
    fn by_names(mut self, page: &Page<'_>, key: &str) -> Self {
        self.tables = "file_search
             cross join file on file.seq = file_search.rowid
             join object on object.id = file.object_id"
            .into();
        let (runs, text) = (self.place(runs(page.owner, key)), self.place(key.to_owned()));
        let owner = self.place(page.owner.0);
        self.and(format!(
            "file_search match {runs} and file.account_id = {owner} and instr(file.name_key, {text}) > 0"
        ));
        if let Some(after) = &page.after {
            let id = self.place(after.id.0);
            // The file itself may be gone: then it goes on with the next older one.
            self.and(format!(
                "file_search.rowid < coalesce
                    ((select seq from file where id = {id}),
                     (select seq + 1 from file where account_id = {owner} and id < {id}
                      order by id desc limit 1), 0)"
            ));
        }
        self.conditions.push_str(" order by file_search.rowid desc");
        self.limit(page)
    }

    fn limit(mut self, page: &Page<'_>) -> Self {
        let limit = self.place(page.limit);
        write!(self.conditions, " limit {limit}").expect("a string takes what it is given");
        self
    }
}

/// What is looked up in `file_search` (SQLite's FTS5, §3 of its manual).
fn runs(owner: UserId, key: &str) -> String {
    let id = owner.0.simple().to_string().to_uppercase();
    let owner = format!("owner : \"{}\"", &id[id.len() - 3..]);
    let characters: Vec<char> = key.chars().collect();
    let runs = characters.windows(ANYWHERE).take(MOST_RUNS).map(|run| {
        let run: String = run.iter().collect();
        format!("name : \"{}\"", run.replace('"', "\"\""))
    });
    iter::once(owner).chain(runs).collect::<Vec<_>>().join(" AND ")
}

#[cfg(test)]
mod tests {
    use sharesync_protocol::api::Role;
    use uuid::Uuid;

    use super::*;
    use crate::db::scratch::Scratch;

    #[test]
    fn what_is_looked_up_is_never_read_as_an_expression() {
        let owner = UserId(Uuid::from_u128(0xabc));
        assert_eq!(
            runs(owner, "a\"b*"),
            "owner : \"ABC\" AND name : \"a\"\"b\" AND name : \"\"\"b*\""
        );
        assert_eq!(runs(owner, &"x".repeat(300)).matches("AND").count(), MOST_RUNS);
    }

    async fn found(scratch: &Scratch, owner: UserId, text: &str) -> Vec<String> {
        let wanted = Page::of_search(owner, text, None, 50);
        let files = page(&scratch.db, &wanted, 0).await.unwrap();
        files.into_iter().map(|file| file.file.name).collect()
    }

    #[tokio::test]
    async fn texts_are_found_anywhere_in_names_and_short_ones_where_they_begin() {
        let scratch = Scratch::open().await;
        let (sam, eve) = (
            scratch.account("sam", Role::Standard).await,
            scratch.account("eve", Role::Standard).await,
        );
        for name in ["Annual Report.pdf", "report-é.txt", "100%_done!.txt", "\"quoted\" AND x.txt"]
        {
            scratch.named_file(sam, name).await;
        }
        scratch.named_file(eve, "report of eve.pdf").await;
        for (text, wanted) in [
            ("REPORT", &["report-é.txt", "Annual Report.pdf"][..]),
            ("port-e", &["report-é.txt"]),
            ("é.t", &["report-é.txt"]),
            ("0%_", &["100%_done!.txt"]),
            ("%%%", &[]),
            ("done!", &["100%_done!.txt"]),
            ("d\" AND", &["\"quoted\" AND x.txt"]),
            ("re", &["report-é.txt"]),
            ("po", &[]),
            ("a", &["Annual Report.pdf"]),
            ("nothing of the kind", &[]),
        ] {
            assert_eq!(found(&scratch, sam, text).await, wanted, "{text}");
        }
        let (mut after, mut pages) = (None, vec![]);
        loop {
            let wanted = Page::of_search(sam, "report", after, 1);
            let Some(file) = page(&scratch.db, &wanted, 0).await.unwrap().pop() else { break };
            let FileSummary { file, .. } = file;
            after = Some(After { id: file.id, name_key: String::new(), size: file.size });
            pages.push(file.name);
        }
        assert_eq!(pages, ["report-é.txt", "Annual Report.pdf"], "page by page");
    }
}
