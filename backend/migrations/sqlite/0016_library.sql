-- no-transaction
-- The table of files is made anew: its names are unique within a folder now, and a constraint of a table cannot be
-- changed. With foreign keys on, dropping the old one would take with it whatever refers to it, and they cannot be turned
-- off inside a transaction; so this begins one of its own, and can be carried out twice where a stop comes right behind it.
pragma foreign_keys = off;
begin immediate;

-- What was deleted, or has expired, and can still be taken back: an entry for each file or folder that somebody named.
create table if not exists trash (
    id         blob primary key,
    account_id blob not null references account (id) on delete cascade,
    -- The file or folder that was named; what lies in a folder goes with it.
    subject    blob not null,
    is_folder  integer not null check (is_folder in (0, 1)),
    reason     text not null check (reason in ('deleted', 'expired')),
    trashed_at integer not null
) strict;
create index if not exists trash_account on trash (account_id, id desc);
create index if not exists trash_age on trash (trashed_at);

-- Folders. Each account has one that holds all others, without a name, whose id is the account's.
create table if not exists folder (
    id         blob primary key,
    account_id blob not null references account (id) on delete cascade,
    parent_id  blob references folder (id),
    name       text not null,
    -- As it is sorted and searched by.
    name_key   text not null,
    created_at integer not null,
    trash_id   blob references trash (id)
) strict;
create unique index if not exists folder_name_taken on folder (parent_id, name) where trash_id is null;
create index if not exists folder_parent on folder (parent_id, name_key, id);
create index if not exists folder_account on folder (account_id, name_key, id) where trash_id is null;
create index if not exists folder_trash on folder (trash_id) where trash_id is not null;
insert or ignore into folder (id, account_id, parent_id, name, name_key, created_at)
    select id, id, null, '', '', created_at from account;

create table file_anew (
    -- By which its name is found.
    seq              integer primary key,
    id               blob not null unique,
    account_id       blob not null references account (id),
    object_id        blob not null unique references object (id),
    folder_id        blob not null references folder (id),
    name             text not null,
    -- As it is sorted and searched by; empty until that has been worked out.
    name_key         text not null default '',
    size             integer not null check (size >= 0),
    sha256           blob not null,
    -- Where it came in parts that went past the server: bytes of one, and its SHA-256 is that of the parts' digests.
    digest_part_size integer,
    content_type     text not null,
    created_at       integer not null,
    expires_at       integer,
    -- When it was handed in to the operators; null for a file that is its owner's alone.
    handed_in_at     integer,
    trash_id         blob references trash (id)
) strict;
insert into file_anew (id, account_id, object_id, folder_id, name, size, sha256, digest_part_size, content_type,
                       created_at, expires_at, handed_in_at)
    select id, account_id, object_id, account_id, name, size, sha256, digest_part_size, content_type,
           created_at, expires_at, handed_in_at
    from file order by id;
drop table file;
alter table file_anew rename to file;

create unique index file_name_taken on file (folder_id, name) where trash_id is null;
create index file_library on file (account_id, id desc) where trash_id is null;
create index file_library_name on file (account_id, name_key, id) where trash_id is null;
create index file_library_size on file (account_id, size, id) where trash_id is null;
create index file_folder on file (folder_id, id desc);
create index file_folder_name on file (folder_id, name_key, id) where trash_id is null;
create index file_folder_size on file (folder_id, size, id) where trash_id is null;
create index file_handed_in on file (id desc) where handed_in_at is not null;
create index file_expiry on file (expires_at) where expires_at is not null and trash_id is null;
create index file_account_expiry on file (account_id, expires_at) where expires_at is not null and trash_id is null;
create index file_trash on file (trash_id) where trash_id is not null;
create index file_without_key on file (id) where name_key = '';

-- Three characters in a row, wherever they are in a name. The last of the account's id are looked for with them, so that
-- nobody's search goes through everybody's files.
drop table if exists file_search;
create virtual table file_search using fts5
    (owner, name, content = '', detail = column, tokenize = 'trigram case_sensitive 1');
create trigger file_search_insert after insert on file when new.name_key <> '' begin
    insert into file_search (rowid, owner, name)
    values (new.seq, substr(hex(new.account_id), -3), new.name_key);
end;
create trigger file_search_update after update of name_key on file begin
    insert into file_search (file_search, rowid, owner, name)
    select 'delete', old.seq, substr(hex(old.account_id), -3), old.name_key where old.name_key <> '';
    insert into file_search (rowid, owner, name)
    values (new.seq, substr(hex(new.account_id), -3), new.name_key);
end;
create trigger file_search_delete after delete on file when old.name_key <> '' begin
    insert into file_search (file_search, rowid, owner, name)
    values ('delete', old.seq, substr(hex(old.account_id), -3), old.name_key);
end;

commit;
pragma foreign_keys = on;
