-- What the purge took away, kept for a year: never names, which go with their files.
create table purge_record (
    id         uuid primary key,
    what       text not null check (what in ('file', 'upload')),
    -- The file's or the upload's own id.
    subject    uuid not null,
    account_id uuid not null references account (id),
    bytes      bigint not null check (bytes >= 0),
    reason     text not null check (reason in ('expired', 'abandoned')),
    removed_at bigint not null
);
create index purge_record_age on purge_record (removed_at);
