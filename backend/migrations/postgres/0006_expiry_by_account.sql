-- The purge takes an account's expired files, without a look at the others.
create index file_account_expiry on file (account_id, expires_at) where expires_at is not null;
