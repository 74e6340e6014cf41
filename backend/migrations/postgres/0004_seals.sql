-- CRC-32 of an object's bytes, which a ZIP says of them; null where it has no seal, having been stored before there were any.
alter table object add column crc32 bigint;
-- When all of its bytes were last held against their digest, and when they were last found not to be what was stored.
alter table object add column verified_at bigint not null default 0;
alter table object add column damaged_at bigint;
create index object_verified on object (verified_at) where state = 'live';
