-- Leave to register, once. One that is mailed has its token made when it is sent.
create table invitation (
    id         blob primary key,
    hash       blob unique,
    -- The address it is for, as typed and as compared; none where whoever has it may use it.
    email      text,
    email_key  text,
    role       text not null check (role in ('admin', 'standard', 'client', 'ops')),
    created_at integer not null,
    expires_at integer not null
) strict;
create index invitation_expiry on invitation (expires_at);
