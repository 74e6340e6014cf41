-- Uploads in parts, which go on after whatever interrupts them. Their bytes are charged to the account from the
-- beginning, so that what lies in the store never exceeds what accounts may have there.
create table upload (
    id           blob primary key,
    account_id   blob not null references account (id),
    -- Where the parts are written.
    object_id    blob not null unique references object (id),
    name         text not null,
    content_type text not null,
    -- Of the whole; where that has not been said yet, of what came.
    size         integer not null check (size >= 0),
    size_is_known integer not null,
    -- Of every part but the last; null where bytes come one after the other.
    part_size    integer check (part_size > 0),
    -- Bytes that came one after the other, and are there for good.
    appended     integer not null default 0 check (appended >= 0),
    -- What a tus client said of the file, word for word.
    metadata     text,
    -- What the content's digest must be, where its sender has said so.
    sha256       blob,
    handed_in    integer not null,
    created_at   integer not null,
    -- When it is given up, or where it is complete, forgotten.
    expires_at   integer not null,
    -- What it became.
    file_id      blob unique references file (id) on delete cascade
) strict;
create index upload_account on upload (account_id, id desc) where file_id is null;
create index upload_expiry on upload (expires_at);

-- The parts that are there, for good.
create table upload_part (
    upload_id blob not null references upload (id) on delete cascade,
    number    integer not null check (number > 0),
    size      integer not null check (size > 0),
    sha256    blob not null,
    primary key (upload_id, number)
) strict;
