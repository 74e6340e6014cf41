-- What has happened, counted: each thing when it happens, and rolled up by the schedule, so that a year is a few rows.
create table tally_event (
    id     integer primary key,
    at     integer not null,
    metric text not null,
    -- By what the metric is divided; empty where it is not.
    key    text not null,
    count  integer not null,
    bytes  integer not null
) strict;

create table tally (
    step   text not null check (step in ('hour', 'day', 'ever')),
    metric text not null,
    -- When the hour or the day began; of all of time, the epoch.
    start  integer not null,
    key    text not null,
    count  integer not null,
    bytes  integer not null,
    primary key (step, metric, start, key)
) strict, without rowid;

-- The last day on which somebody was here.
alter table account add column active_at integer not null default 0;

-- Complete downloads of its files.
alter table share add column downloads integer not null default 0 check (downloads >= 0);
create index share_downloads on share (downloads desc) where downloads > 0;
update share set downloads =
    (select count(*) from download where download.share_slug = share.slug and completed_at is not null);

-- What there is from before.
update account set active_at = coalesce(
    (select max(last_used_at) - max(last_used_at) % 86400000 from session where account_id = account.id), 0);
insert into tally_event (at, metric, key, count, bytes)
    select active_at, 'active_users', '', count(*), 0 from account where active_at > 0 group by active_at;
insert into tally_event (at, metric, key, count, bytes)
    select min(created_at), 'registrations', '', count(*), 0 from account group by created_at / 3600000;
insert into tally_event (at, metric, key, count, bytes)
    select min(created_at), 'uploads', '', count(*), sum(size) from file group by created_at / 3600000;
insert into tally_event (at, metric, key, count, bytes)
    select min(created_at), 'stored', kind, count(*), sum(size)
    from (select created_at, size,
                 case when content_type like 'image/%' then 'image'
                      when content_type like 'video/%' then 'video'
                      when content_type like 'audio/%' then 'audio'
                      when content_type like 'text/%' then 'text'
                      when essence = 'application/pdf' then 'pdf'
                      when essence in ('application/msword', 'application/rtf', 'application/epub+zip')
                        or essence like 'application/vnd.ms-%'
                        or essence like 'application/vnd.openxmlformats-officedocument.%'
                        or essence like 'application/vnd.oasis.opendocument.%' then 'document'
                      when essence in ('application/zip', 'application/gzip', 'application/zstd',
                                       'application/vnd.rar', 'application/x-tar', 'application/x-7z-compressed',
                                       'application/x-bzip2', 'application/x-xz', 'application/x-rar-compressed')
                        then 'archive'
                      else 'other' end as kind
          from (select created_at, size, content_type, trim(substr(content_type, 1, instr(content_type || ';', ';') - 1)) as essence from file) as typed) as stored
    group by created_at / 3600000, kind;
insert into tally_event (at, metric, key, count, bytes)
    select min(started_at), 'download_starts', case when share_slug is null then 'own' else 'shared' end, count(*), 0
    from download where started_at is not null
    group by started_at / 3600000, share_slug is null;
insert into tally_event (at, metric, key, count, bytes)
    select min(coalesce(completed_at, started_at)), 'downloads', case when direct then 'direct' else 'server' end,
           count(completed_at), sum(bytes)
    from download where coalesce(completed_at, started_at) is not null
    group by coalesce(completed_at, started_at) / 3600000, direct;
insert into tally_event (at, metric, key, count, bytes)
    select min(removed_at), 'purges', what, count(*), sum(bytes) from purge_record
    group by removed_at / 3600000, what;
