-- Requests for files: by the address of one others upload into a folder of its owner's.
create table file_request (
    id               uuid primary key,
    slug             text collate "C" not null unique,
    account_id       uuid not null references account (id) on delete cascade,
    -- Where files go. None once that is gone for good: the request goes after it.
    folder_id        uuid references folder (id) on delete set null,
    title            text not null,
    message          text,
    password_hash    text,
    created_at       bigint not null,
    expires_at       bigint,
    max_files        bigint check (max_files > 0),
    max_file_size    bigint check (max_file_size > 0),
    -- Media types that it takes, separated by commas; all, where there are none.
    types            text not null default '',
    notify           boolean not null,
    -- Since when it takes nothing more, whatever its rules say: what is under way is being given up.
    ended_at         bigint,
    -- How many files have come, and when the last one.
    received         bigint not null default 0,
    last_received_at bigint,
    -- How many had come before those that a mail is waiting to tell of; none where none waits.
    told             bigint
);
create index file_request_account on file_request (account_id, id);
create index file_request_folder on file_request (folder_id);

-- What is sent to a request, and by whom as they call themselves.
alter table upload add column request_id uuid references file_request (id);
alter table upload add column sender text;
create index upload_request on upload (request_id) where request_id is not null;

-- The request that a file was sent to while there is one, the how-manieth it was, as what the request was known, and who
-- sent it as they called themselves.
alter table file add column request_id uuid references file_request (id) on delete set null;
alter table file add column request_number bigint;
alter table file add column request_title text;
alter table file add column sender text;
create index file_request_number on file (request_id, request_number) where request_id is not null;
