-- For how long a file is to be kept that is on its way: so many seconds, or until somebody deletes it; where neither is said,
-- as long as the server keeps files.
alter table upload add column expires_in bigint check (expires_in > 0);
alter table upload add column keep boolean not null default false;

-- When its owner was warned that a file expires; null again where its expiry has changed.
alter table file add column warned_at bigint;
create index file_unwarned on file (expires_at)
    where expires_at is not null and trash_id is null and warned_at is null;
create index file_warned on file (account_id, warned_at) where warned_at is not null;
