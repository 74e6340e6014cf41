-- Where an object's bytes lie, or will: on the disk, or in the bucket, as they are or in encrypted segments.
alter table object add column place text not null default 'disk' check (place in ('disk', 'bucket'));
create index object_in_bucket on object (id) where place = 'bucket';
-- What S3 calls the upload of its parts, from when there is one.
alter table object add column multipart text;
-- Where a file came in parts that went past the server: bytes of one, and its SHA-256 is that of the parts' digests.
alter table file add column digest_part_size bigint;
-- Whether it was fetched from the bucket, which does not say how much of it came.
alter table download add column direct boolean not null default false;
