-- Roles become four, and an account can be without a password. A check or a `not null` cannot be changed: the
-- column is made anew beside the old one.
alter table account add column new_role text not null default 'standard'
    check (new_role in ('admin', 'standard', 'client', 'ops'));
update account set new_role = role;
alter table account drop column role;
alter table account rename column new_role to role;

alter table account add column new_password_hash text;
update account set new_password_hash = password_hash;
alter table account drop column password_hash;
alter table account rename column new_password_hash to password_hash;

-- When somebody showed that they read what is sent to the address.
alter table account add column email_verified_at integer;
-- An address that has yet to be proven before it is the account's: until then its `email_key` is its id, so that
-- any number may want an address and nobody has it.
alter table account add column wanted_email_key text;
alter table account add column disabled_at integer;
create index account_wanted_email on account (wanted_email_key, id) where wanted_email_key is not null;

-- What is mailed to somebody so that they can show they got it: once, and hashed.
create table mail_token (
    hash       blob primary key,
    account_id blob not null references account (id) on delete cascade,
    purpose    text not null check (purpose in ('verify', 'reset')),
    expires_at integer not null
) strict;
create index mail_token_account on mail_token (account_id, purpose);
create index mail_token_expiry on mail_token (expires_at);

-- Mail that is to be sent. What it says is put into words, and its tokens are made, when it is.
create table mail (
    id        blob primary key,
    recipient text not null,
    message   text not null,
    attempts  integer not null default 0,
    queued_at integer not null,
    due_at    integer not null
) strict;
create index mail_due on mail (due_at);

create table api_token (
    id           blob primary key,
    account_id   blob not null references account (id) on delete cascade,
    hash         blob not null unique,
    name         text not null,
    ends_with    text not null,
    -- Names, separated by spaces.
    scopes       text not null,
    created_at   integer not null,
    expires_at   integer,
    last_used_at integer
) strict;
create index api_token_account on api_token (account_id, id desc);
create index api_token_expiry on api_token (expires_at) where expires_at is not null;
