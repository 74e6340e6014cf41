-- Whom a provider of identities knows by `issuer` and `subject`, and never by an address, which may change hands.
create table identity (
    issuer     text not null,
    subject    text not null,
    account_id blob not null references account (id) on delete cascade,
    created_at integer not null,
    primary key (issuer, subject)
) strict, without rowid;
create index identity_account on identity (account_id);

-- A sign-in that is under way at a provider. Used once, by the browser that began it.
create table federated_attempt (
    state_hash   blob primary key,
    browser_hash blob not null,
    provider     text not null,
    nonce        text not null,
    pkce         text not null,
    redirect_uri text not null,
    next         text not null,
    expires_at   integer not null
) strict;
create index federated_attempt_expiry on federated_attempt (expires_at);

-- A second factor: the secret is sealed under the server's own key.
alter table account add column totp_secret blob;
alter table account add column totp_confirmed_at integer;
-- The last step of time whose code was used: no code works twice.
alter table account add column totp_step integer not null default 0;

create table recovery_code (
    account_id blob not null references account (id) on delete cascade,
    hash       blob not null,
    primary key (account_id, hash)
) strict, without rowid;

-- Somebody who has shown one factor and not the second.
create table half_sign_in (
    hash       blob primary key,
    account_id blob not null references account (id) on delete cascade,
    attempts   integer not null default 0,
    expires_at integer not null
) strict;
create index half_sign_in_account on half_sign_in (account_id);
create index half_sign_in_expiry on half_sign_in (expires_at);
