-- What migrations/sqlite comes to, table for table. Times are milliseconds since the Unix epoch, sizes are bytes. Text
-- is compared by its bytes, as SQLite does: whatever the database's own collation, names sort and are found alike.

create table account (
    id                uuid primary key,
    email             text collate "C" not null,
    -- What uniqueness is decided by: normalised and lower-cased. Of an address that has yet to be proven before it is
    -- the account's: its id, so that any number may want an address and nobody has it.
    email_key         text collate "C" not null constraint account_email_key unique,
    wanted_email_key  text collate "C",
    -- When somebody showed that they read what is sent to the address.
    email_verified_at bigint,
    username          text collate "C" not null,
    username_key      text collate "C" not null constraint account_username_key unique,
    password_hash     text,
    role              text not null check (role in ('admin', 'standard', 'client', 'ops')),
    quota             bigint not null check (quota >= 0),
    used              bigint not null default 0 check (used >= 0),
    created_at        bigint not null,
    disabled_at       bigint,
    -- A second factor: the secret is sealed under the server's own key.
    totp_secret       bytea,
    totp_confirmed_at bigint,
    -- The last step of time whose code was used: no code works twice.
    totp_step         bigint not null default 0
);
create index account_wanted_email on account (wanted_email_key, id) where wanted_email_key is not null;

-- Everything descended from one sign-in. Deleting the row ends it: access tokens name their session.
create table session (
    id           uuid primary key,
    account_id   uuid not null references account (id) on delete cascade,
    user_agent   text not null,
    created_at   bigint not null,
    last_used_at bigint not null,
    expires_at   bigint not null
);
create index session_account on session (account_id);
create index session_expiry on session (expires_at);

-- A session's refresh tokens, hashed. One of them is current; the rotated ones are kept so that
-- a second use of one is recognised for the theft it may be.
create table refresh_token (
    hash       bytea primary key,
    session_id uuid not null references session (id) on delete cascade,
    rotated_at bigint
);
create index refresh_token_session on refresh_token (session_id);
create index refresh_token_rotated on refresh_token (rotated_at) where rotated_at is not null;

-- Bytes in the store. The row comes before the bytes and goes after them, so that whatever lies in
-- the store has a row: 'writing' while an upload is under way, 'live' once a file owns it,
-- 'doomed' when the bytes are to go.
create table object (
    id         uuid primary key,
    state      text not null check (state in ('writing', 'live', 'doomed')),
    created_at bigint not null
);
create index object_unfinished on object (state, created_at) where state <> 'live';

create table file (
    id           uuid primary key,
    account_id   uuid not null references account (id),
    object_id    uuid not null unique references object (id),
    name         text collate "C" not null,
    size         bigint not null check (size >= 0),
    sha256       bytea not null,
    content_type text not null,
    created_at   bigint not null,
    expires_at   bigint,
    -- When it was handed in to the operators; null for a file that is its owner's alone.
    handed_in_at bigint,
    constraint file_name_taken unique (account_id, name)
);
create index file_library on file (account_id, id desc);
create index file_expiry on file (expires_at) where expires_at is not null;
create index file_handed_in on file (id desc) where handed_in_at is not null;

create table share (
    slug          text collate "C" primary key,
    account_id    uuid not null references account (id) on delete cascade,
    password_hash text,
    created_at    bigint not null,
    expires_at    bigint,
    max_downloads bigint check (max_downloads > 0),
    -- Whether its owner is mailed when a file was fetched through it for the first time.
    notify        boolean not null
);
create index share_account on share (account_id, created_at desc);

create table share_file (
    slug     text collate "C" not null references share (slug) on delete cascade,
    file_id  uuid not null references file (id) on delete cascade,
    position bigint not null,
    primary key (slug, file_id)
);
create index share_file_file on share_file (file_id);

-- A download: the row is made when the address is handed out (or, for an owner's own address,
-- when it is first used) and filled in as bytes leave.
create table download (
    id             uuid primary key,
    file_id        uuid not null references file (id) on delete cascade,
    share_slug     text collate "C" references share (slug) on delete cascade,
    -- Who asked, where they were signed in.
    account_id     uuid references account (id) on delete set null,
    requested_at   bigint not null,
    -- Until then the download holds its place in a limited share, finished or not.
    url_expires_at bigint not null,
    started_at     bigint,
    -- Delivered from the start of the file without a gap.
    bytes          bigint not null default 0,
    completed_at   bigint
);
create index download_file on download (file_id, id desc);
create index download_share on download (share_slug, file_id, id desc) where share_slug is not null;
create index download_account on download (account_id) where account_id is not null;

-- Transfers between browsers, by the hour in which both sides had reported them: counts and sizes, and
-- nothing that says whose they were or of what. No sum is greater than JavaScript counts exactly.
create table transfer_hour (
    -- When the hour began.
    hour         bigint primary key,
    verified     bigint not null check (verified >= 0),
    cancelled    bigint not null check (cancelled >= 0),
    failed       bigint not null check (failed >= 0),
    -- Files that arrived.
    files        bigint not null check (files between 0 and 9007199254740991),
    -- Content bytes, by the path they took.
    bytes_direct bigint not null check (bytes_direct between 0 and 9007199254740991),
    bytes_turn   bigint not null check (bytes_turn between 0 and 9007199254740991),
    bytes_relay  bigint not null check (bytes_relay between 0 and 9007199254740991)
);

-- What is mailed to somebody so that they can show they got it: once, and hashed.
create table mail_token (
    hash       bytea primary key,
    account_id uuid not null references account (id) on delete cascade,
    purpose    text not null check (purpose in ('verify', 'reset')),
    expires_at bigint not null
);
create index mail_token_account on mail_token (account_id, purpose);
create index mail_token_expiry on mail_token (expires_at);

-- Mail that is to be sent. What it says is put into words, and its tokens are made, when it is.
create table mail (
    id        uuid primary key,
    recipient text not null,
    message   text not null,
    attempts  bigint not null default 0,
    queued_at bigint not null,
    due_at    bigint not null
);
create index mail_due on mail (due_at, id);

create table api_token (
    id           uuid primary key,
    account_id   uuid not null references account (id) on delete cascade,
    hash         bytea not null unique,
    name         text not null,
    ends_with    text not null,
    -- Names, separated by spaces.
    scopes       text not null,
    created_at   bigint not null,
    expires_at   bigint,
    last_used_at bigint
);
create index api_token_account on api_token (account_id, id desc);
create index api_token_expiry on api_token (expires_at) where expires_at is not null;

-- Whom a provider of identities knows by `issuer` and `subject`, and never by an address, which may change hands.
create table identity (
    issuer     text collate "C" not null,
    subject    text collate "C" not null,
    account_id uuid not null references account (id) on delete cascade,
    created_at bigint not null,
    primary key (issuer, subject)
);
create index identity_account on identity (account_id);

-- A sign-in that is under way at a provider. Used once, by the browser that began it.
create table federated_attempt (
    state_hash   bytea primary key,
    browser_hash bytea not null,
    provider     text not null,
    nonce        text not null,
    pkce         text not null,
    redirect_uri text not null,
    next         text not null,
    expires_at   bigint not null
);
create index federated_attempt_expiry on federated_attempt (expires_at);

create table recovery_code (
    account_id uuid not null references account (id) on delete cascade,
    hash       bytea not null,
    primary key (account_id, hash)
);

-- Somebody who has shown one factor and not the second.
create table half_sign_in (
    hash       bytea primary key,
    account_id uuid not null references account (id) on delete cascade,
    attempts   bigint not null default 0,
    expires_at bigint not null
);
create index half_sign_in_account on half_sign_in (account_id);
create index half_sign_in_expiry on half_sign_in (expires_at);

-- Leave to register, once. One that is mailed has its token made when it is sent.
create table invitation (
    id         uuid primary key,
    hash       bytea unique,
    -- The address it is for, as typed and as compared; none where whoever has it may use it.
    email      text,
    email_key  text collate "C",
    role       text not null check (role in ('admin', 'standard', 'client', 'ops')),
    created_at bigint not null,
    expires_at bigint not null
);
create index invitation_expiry on invitation (expires_at);
