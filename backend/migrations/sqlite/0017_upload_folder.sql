-- The folder that an upload goes to; one that is gone by then is no folder's.
alter table upload add column folder_id blob references folder (id) on delete set null;
