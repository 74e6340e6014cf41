-- When a file was handed in to the operators; null for a file that is its owner's alone.
alter table file add column handed_in_at integer;
create index file_handed_in on file (id desc) where handed_in_at is not null;

-- Whether its owner is mailed when a file was fetched through it for the first time.
alter table share add column notify integer not null default 0 check (notify in (0, 1));
