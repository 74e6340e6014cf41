-- A link that works for one person only, once; and whether it shows what its files are called before its password.
alter table share add column one_time integer not null default 0 check (one_time in (0, 1));
alter table share add column names_shown integer not null default 0 check (names_shown in (0, 1));

-- Folders that a link leads to: to all that lies in them at the moment.
create table share_folder (
    slug      text not null references share (slug) on delete cascade,
    folder_id blob not null references folder (id) on delete cascade,
    position  integer not null,
    primary key (slug, folder_id)
) strict, without rowid;
create index share_folder_folder on share_folder (folder_id);

-- The addresses of a link: one for anybody, or one for each of those it was made for. Its rules hold for each by itself.
create table share_address (
    slug       text primary key,
    id         blob not null unique,
    share_slug text not null references share (slug) on delete cascade,
    -- To whom it was mailed; null for anybody.
    recipient  text,
    -- When it was first opened, and how often.
    opened_at  integer,
    opens      integer not null default 0,
    -- Since when it does not work any more, though the link does.
    revoked_at integer
) strict;
create index share_address_share on share_address (share_slug, id);
insert into share_address (slug, id, share_slug) select slug, randomblob(16), slug from share;

-- By which address it was asked for, and by whom, where the link works for one person only: SHA-256 of what they hold.
alter table download add column address text references share_address (slug) on delete cascade;
alter table download add column taker blob;
-- How many answers with bytes of it are under way: while there is one, its place is held.
alter table download add column delivering integer not null default 0 check (delivering >= 0);
update download set address = share_slug where share_slug is not null;
create index download_address on download (address, file_id) where address is not null;
create index download_delivering on download (id) where delivering > 0;
-- Which bytes of it were delivered, as `from-to` with the end excluded, separated by commas.
alter table download add column pieces text not null default '';
update download set pieces = '0-' || bytes where bytes > 0;
alter table archive add column pieces text not null default '';
alter table archive add column delivering integer not null default 0 check (delivering >= 0);
-- The address that an archive of a link was asked for by.
alter table archive add column address text references share_address (slug) on delete cascade;
update archive set address = share_slug where share_slug is not null;
