-- An object's key, encrypted under the master key of this name; null where the object is not encrypted.
alter table object add column wrapped_key blob;
alter table object add column key_name text check ((key_name is null) = (wrapped_key is null));
create index object_key_name on object (key_name, id) where key_name is not null;
-- The last segment of bytes that came one after the other, as it is encrypted: the next ones are written over it.
alter table upload add column tail blob;
