-- What the purge took away, kept for a year: never names, which go with their files.
create table purge_record (
    id         blob primary key,
    what       text not null check (what in ('file', 'upload')),
    -- The file's or the upload's own id.
    subject    blob not null,
    account_id blob not null references account (id),
    bytes      integer not null check (bytes >= 0),
    reason     text not null check (reason in ('expired', 'abandoned')),
    removed_at integer not null
) strict;
create index purge_record_age on purge_record (removed_at);
