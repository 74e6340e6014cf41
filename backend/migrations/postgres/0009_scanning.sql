-- What is known of viruses in an object. Those that are there already nobody has looked at.
alter table object add column scan text not null default 'unscanned' check (scan in ('pending', 'clean', 'infected', 'unscanned'));
-- What was found in an infected one.
alter table object add column scan_found text;
-- Of a pending one: how often looking at it has failed, and when it is looked at next, from when it has a file.
alter table object add column scan_attempts bigint not null default 0 check (scan_attempts >= 0);
alter table object add column scan_due_at bigint;
create index object_to_scan on object (scan_due_at) where scan = 'pending';
