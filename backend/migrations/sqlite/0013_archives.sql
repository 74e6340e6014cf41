-- Several files to be fetched as one archive, as they were when it was asked for. It lasts as long as its address.
create table archive (
    id           blob primary key,
    -- Whose files they are.
    account_id   blob not null references account (id) on delete cascade,
    -- The link they are fetched through; null for one's own.
    share_slug   text references share (slug) on delete cascade,
    name         text not null,
    -- Of all that makes it what it is.
    sha256       blob not null,
    created_at   integer not null,
    expires_at   integer not null,
    -- Delivered from the start of the archive without a gap.
    bytes        integer not null default 0,
    completed_at integer
) strict;
create index archive_account on archive (account_id);
create index archive_share on archive (share_slug) where share_slug is not null;
create index archive_expiry on archive (expires_at);

-- What is in it. A file that goes meanwhile leaves its row: without it the archive would be another.
create table archive_file (
    archive_id  blob not null references archive (id) on delete cascade,
    position    integer not null,
    file_id     blob not null,
    -- Stands for it in the record of downloads.
    download_id blob not null,
    -- Its name in the archive.
    name        text not null,
    primary key (archive_id, position)
) strict, without rowid;
