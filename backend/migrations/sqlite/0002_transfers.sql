-- Transfers between browsers, by the hour in which both sides had reported them: counts and sizes, and
-- nothing that says whose they were or of what. No sum is greater than JavaScript counts exactly.
create table transfer_hour (
    -- When the hour began.
    hour         integer primary key,
    verified     integer not null check (verified >= 0),
    cancelled    integer not null check (cancelled >= 0),
    failed       integer not null check (failed >= 0),
    -- Files that arrived.
    files        integer not null check (files between 0 and 9007199254740991),
    -- Content bytes, by the path they took.
    bytes_direct integer not null check (bytes_direct between 0 and 9007199254740991),
    bytes_turn   integer not null check (bytes_turn between 0 and 9007199254740991),
    bytes_relay  integer not null check (bytes_relay between 0 and 9007199254740991)
) strict;
