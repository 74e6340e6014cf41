-- Times are milliseconds since the Unix epoch, ids are UUIDs as 16 bytes, sizes are bytes.

create table account (
    id            blob primary key,
    email         text not null,
    -- What uniqueness is decided by: normalised and lower-cased.
    email_key     text not null constraint account_email_key unique,
    username      text not null,
    username_key  text not null constraint account_username_key unique,
    password_hash text not null,
    role          text not null check (role in ('admin', 'standard')),
    quota         integer not null check (quota >= 0),
    used          integer not null default 0 check (used >= 0),
    created_at    integer not null
) strict;

-- Everything descended from one sign-in. Deleting the row ends it: access tokens name their session.
create table session (
    id         blob primary key,
    account_id blob not null references account (id) on delete cascade,
    created_at integer not null,
    expires_at integer not null
) strict;
create index session_account on session (account_id);
create index session_expiry on session (expires_at);

-- A session's refresh tokens, hashed. One of them is current; the rotated ones are kept so that
-- a second use of one is recognised for the theft it may be.
create table refresh_token (
    hash       blob primary key,
    session_id blob not null references session (id) on delete cascade,
    rotated_at integer
) strict;
create index refresh_token_session on refresh_token (session_id);
create index refresh_token_rotated on refresh_token (rotated_at) where rotated_at is not null;

-- Bytes in the store. The row comes before the bytes and goes after them, so that whatever lies in
-- the store has a row: 'writing' while an upload is under way, 'live' once a file owns it,
-- 'doomed' when the bytes are to go.
create table object (
    id         blob primary key,
    state      text not null check (state in ('writing', 'live', 'doomed')),
    created_at integer not null
) strict;
create index object_unfinished on object (state, created_at) where state <> 'live';

create table file (
    id           blob primary key,
    account_id   blob not null references account (id),
    object_id    blob not null unique references object (id),
    name         text not null,
    size         integer not null check (size >= 0),
    sha256       blob not null,
    content_type text not null,
    created_at   integer not null,
    expires_at   integer,
    constraint file_name_taken unique (account_id, name)
) strict;
create index file_library on file (account_id, id desc);
create index file_expiry on file (expires_at) where expires_at is not null;

create table share (
    slug          text primary key,
    account_id    blob not null references account (id) on delete cascade,
    password_hash text,
    created_at    integer not null,
    expires_at    integer,
    max_downloads integer check (max_downloads > 0)
) strict;
create index share_account on share (account_id, created_at desc);

create table share_file (
    slug     text not null references share (slug) on delete cascade,
    file_id  blob not null references file (id) on delete cascade,
    position integer not null,
    primary key (slug, file_id)
) strict, without rowid;
create index share_file_file on share_file (file_id);

-- A download: the row is made when the address is handed out (or, for an owner's own address,
-- when it is first used) and filled in as bytes leave.
create table download (
    id             blob primary key,
    file_id        blob not null references file (id) on delete cascade,
    share_slug     text references share (slug) on delete cascade,
    -- Who asked, where they were signed in.
    account_id     blob references account (id) on delete set null,
    requested_at   integer not null,
    -- Until then the download holds its place in a limited share, finished or not.
    url_expires_at integer not null,
    started_at     integer,
    -- Delivered from the start of the file without a gap.
    bytes          integer not null default 0,
    completed_at   integer
) strict;
create index download_file on download (file_id, id desc);
create index download_share on download (share_slug, file_id, id desc) where share_slug is not null;
