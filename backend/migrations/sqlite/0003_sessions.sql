-- What people tell their sessions apart by: what the program that signed in called itself, and when the
-- session was last gone on with.
alter table session add column user_agent text not null default '';
alter table session add column last_used_at integer not null default 0;
update session set last_used_at = created_at;
