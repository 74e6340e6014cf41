-- Every three characters in a row of a name, by which it is found wherever they are. Spaces and points are such as well: pg_trgm,
-- which knows words, offers every name with one of them for a text that goes over its end.
create function name_runs(name text) returns text[]
    language sql immutable strict parallel safe
    as $$ select array_agg(distinct substr(name, place, 3)) from generate_series(1, length(name) - 2) as place $$;

-- What was deleted, or has expired, and can still be taken back: an entry for each file or folder that somebody named.
create table trash (
    id         uuid primary key,
    account_id uuid not null references account (id) on delete cascade,
    -- The file or folder that was named; what lies in a folder goes with it.
    subject    uuid not null,
    is_folder  boolean not null,
    reason     text not null check (reason in ('deleted', 'expired')),
    trashed_at bigint not null
);
create index trash_account on trash (account_id, id desc);
create index trash_age on trash (trashed_at);

-- Folders. Each account has one that holds all others, without a name, whose id is the account's.
create table folder (
    id         uuid primary key,
    account_id uuid not null references account (id) on delete cascade,
    parent_id  uuid references folder (id),
    name       text collate "C" not null,
    -- As it is sorted and searched by.
    name_key   text collate "C" not null,
    created_at bigint not null,
    trash_id   uuid references trash (id)
);
create unique index folder_name_taken on folder (parent_id, name) where trash_id is null;
create index folder_parent on folder (parent_id, name_key, id);
create index folder_account on folder (account_id, name_key, id) where trash_id is null;
create index folder_trash on folder (trash_id) where trash_id is not null;
insert into folder (id, account_id, parent_id, name, name_key, created_at)
    select id, id, null, '', '', created_at from account;

alter table file drop constraint file_name_taken;
alter table file add column folder_id uuid references folder (id);
update file set folder_id = account_id;
alter table file alter column folder_id set not null;
-- As it is sorted and searched by; empty until that has been worked out.
alter table file add column name_key text collate "C" not null default '';
alter table file add column trash_id uuid references trash (id);

create unique index file_name_taken on file (folder_id, name) where trash_id is null;
drop index file_library;
create index file_library on file (account_id, id desc) where trash_id is null;
create index file_library_name on file (account_id, name_key, id) where trash_id is null;
create index file_library_size on file (account_id, size, id) where trash_id is null;
create index file_folder on file (folder_id, id desc);
create index file_folder_name on file (folder_id, name_key, id) where trash_id is null;
create index file_folder_size on file (folder_id, size, id) where trash_id is null;
drop index file_expiry;
create index file_expiry on file (expires_at) where expires_at is not null and trash_id is null;
drop index file_account_expiry;
create index file_account_expiry on file (account_id, expires_at) where expires_at is not null and trash_id is null;
create index file_trash on file (trash_id) where trash_id is not null;
create index file_without_key on file (id) where name_key = '';
create index file_search on file using gin (name_runs(name_key));

-- The folder that an upload goes to; one that is gone by then is no folder's.
alter table upload add column folder_id uuid references folder (id) on delete set null;
