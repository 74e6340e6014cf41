-- Requests for files: by the address of one others upload into a folder of its owner's.
create table file_request (
    id               blob primary key,
    slug             text not null unique,
    account_id       blob not null references account (id) on delete cascade,
    -- Where files go. None once that is gone for good: the request goes after it.
    folder_id        blob references folder (id) on delete set null,
    title            text not null,
    message          text,
    password_hash    text,
    created_at       integer not null,
    expires_at       integer,
    max_files        integer check (max_files > 0),
    max_file_size    integer check (max_file_size > 0),
    -- Media types that it takes, separated by commas; all, where there are none.
    types            text not null default '',
    notify           integer not null check (notify in (0, 1)),
    -- Since when it takes nothing more, whatever its rules say: what is under way is being given up.
    ended_at         integer,
    -- How many files have come, and when the last one.
    received         integer not null default 0,
    last_received_at integer,
    -- How many had come before those that a mail is waiting to tell of; none where none waits.
    told             integer
) strict, without rowid;
create index file_request_account on file_request (account_id, id);
create index file_request_folder on file_request (folder_id);

-- What is sent to a request, and by whom as they call themselves.
alter table upload add column request_id blob references file_request (id);
alter table upload add column sender text;
create index upload_request on upload (request_id) where request_id is not null;

-- The request that a file was sent to while there is one, the how-manieth it was, as what the request was known, and who
-- sent it as they called themselves.
alter table file add column request_id blob references file_request (id) on delete set null;
alter table file add column request_number integer;
alter table file add column request_title text;
alter table file add column sender text;
create index file_request_number on file (request_id, request_number) where request_id is not null;
