-- Computers that ask to be let in by somebody who is signed in elsewhere (RFC 8628). Of what they ask with, hashes alone are kept.
create table device_login (
    -- Of what the computer asks with.
    device_hash blob primary key,
    -- Of what a person types.
    user_hash   blob not null unique,
    name        text not null,
    -- Where the computer asked from, for as long as it waits.
    network     text not null,
    state       text not null default 'pending' check (state in ('pending', 'approved', 'denied')),
    -- Who let it in.
    account_id  blob references account (id) on delete cascade,
    created_at  integer not null,
    expires_at  integer not null,
    -- How far apart its questions have to be, in milliseconds, and when the last one came.
    interval_ms integer not null,
    polled_at   integer,
    check ((state = 'approved') = (account_id is not null))
) strict;
create index device_login_account on device_login (account_id) where account_id is not null;
create index device_login_expiry on device_login (expires_at);
