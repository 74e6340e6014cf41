-- Several files to be fetched as one archive, as they were when it was asked for. It lasts as long as its address.
create table archive (
    id           uuid primary key,
    -- Whose files they are.
    account_id   uuid not null references account (id) on delete cascade,
    -- The link they are fetched through; null for one's own.
    share_slug   text collate "C" references share (slug) on delete cascade,
    name         text collate "C" not null,
    -- Of all that makes it what it is.
    sha256       bytea not null,
    created_at   bigint not null,
    expires_at   bigint not null,
    -- Delivered from the start of the archive without a gap.
    bytes        bigint not null default 0,
    completed_at bigint
);
create index archive_account on archive (account_id);
create index archive_share on archive (share_slug) where share_slug is not null;
create index archive_expiry on archive (expires_at);

-- What is in it. A file that goes meanwhile leaves its row: without it the archive would be another.
create table archive_file (
    archive_id  uuid not null references archive (id) on delete cascade,
    position    bigint not null,
    file_id     uuid not null,
    -- Stands for it in the record of downloads.
    download_id uuid not null,
    -- Its name in the archive.
    name        text collate "C" not null,
    primary key (archive_id, position)
);
