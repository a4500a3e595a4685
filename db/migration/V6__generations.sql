-- A database can go back in time: a restored dump, a standby that was promoted without the last commits, a user who was
-- erased and is written to again. Seq numbers are then given out a second time, for other rows. So a stream has a
-- generation: a position in another generation claims nothing.
--
-- The generation of a user's stream is database_generation.generation # inbox.generation (bitwise exclusive or), both
-- random, so that a change of either changes it. Neither is ever counted up: a counter that is restored with a dump
-- repeats itself.

-- Every row that is there already has 0, as have the offsets that earlier releases gave out.
alter table inbox add column generation bigint not null default 0;
alter table inbox alter column generation set default 1 + (random() * 4503599627370494)::bigint;

comment on column inbox.generation is
    'The user''s part of the generation of this stream: random, made with the row, 0 in rows from before generations. Together with database_generation.generation it says to which run of seq numbers a position belongs. Whoever lowers last_seq by hand must call new_generation(user_id).';

-- A head row that somebody puts back, from a copy of the table say, brings the generation of its copy with it, and a note
-- about rows that may not be the ones that are put back beside it.
create function inbox_put_back() returns trigger
    language plpgsql as
$$
begin
    new.generation := 1 + (random() * 4503599627370494)::bigint;
    new.settled_seq := 0;
    return new;
end
$$;

comment on function inbox_put_back() is 'Gives a head row that was made before this transaction a new generation';

create trigger inbox_put_back
    before insert on inbox
    for each row
    when (new.created_at <> now())
execute function inbox_put_back();

create table database_generation (
    single     boolean     not null default true,
    generation bigint      not null,
    first      bigint,
    began_at   timestamptz not null default now(),
    reason     text        not null,
    system     bigint,
    timeline   text        not null,
    inbox      oid         not null,
    file       text        not null,
    started    timestamptz not null,
    constraint database_generation_pkey primary key (single),
    constraint database_generation_single_check check (single)
);

comment on table database_generation is
    'One row: the database-wide part of all generations, and the database that it was made for. Where the two no longer fit (view generation_now compares them in every statement), a new part begins, and every client is replayed what it has not got or not read.';
comment on column database_generation.single is 'Always true: there is one row';
comment on column database_generation.generation is 'The database-wide part of the generation of every stream: random';
comment on column database_generation.first is 'The part that was made when generations were introduced; offsets of earlier releases, which carry none, belong to it. Null: to none';
comment on column database_generation.began_at is 'When the present part was made';
comment on column database_generation.reason is 'Why it was made';
comment on column database_generation.system is 'System identifier of the server; null where the gateway may not ask, then a restart of the server counts as another one';
comment on column database_generation.timeline is 'Timeline of the server, eight hexadecimal digits; it changes with a promotion and a restore to a point in time';
comment on column database_generation.inbox is 'Object id of table inbox; it changes when the table is dropped and restored';
comment on column database_generation.file is 'File of table inbox, with the object id of the database in its path; it changes with TRUNCATE, and, harmlessly, with VACUUM FULL and whatever else rewrites the table';
comment on column database_generation.started is 'Start of the server process that was last seen to be this database';

create function known_system() returns bigint
    language plpgsql as
$$
begin
    if has_function_privilege('pg_catalog.pg_control_system()', 'execute') then
        return (select system_identifier from pg_catalog.pg_control_system());
    end if;
    return null;
end
$$;

comment on function known_system() is 'System identifier of this server; null for a role that may not ask';

create function begin_generation(why text) returns bigint
    language sql
    set search_path from current as
$$
    insert into database_generation (generation, reason, system, timeline, inbox, file, started)
    select ('x' || left(gen_random_uuid()::text, 1) || right(gen_random_uuid()::text, 12))::bit(52)::bigint, why,
           known_system(), left(pg_walfile_name(pg_current_wal_lsn()), 8), 'inbox'::regclass,
           pg_relation_filepath('inbox'::regclass), pg_postmaster_start_time()
    on conflict (single) do update
    set generation = excluded.generation, began_at = excluded.began_at, reason = excluded.reason,
        system = excluded.system, timeline = excluded.timeline, inbox = excluded.inbox, file = excluded.file,
        started = excluded.started
    returning generation
$$;

comment on function begin_generation(text) is 'Makes a new database-wide part, for this database as it is now';

create function recognise_database() returns bigint
    language plpgsql
    set search_path from current as
$$
declare
    known  database_generation;
    system bigint;
    why    text;
begin
    if pg_is_in_recovery() then
        raise exception 'this server is a standby, which may lag behind: the gateway needs the primary'
            using errcode = 'read_only_sql_transaction';
    end if;
    select * into known from database_generation for update;
    if not found then
        raise exception 'table database_generation is empty'
            using errcode = 'object_not_in_prerequisite_state',
                  hint = 'If no restore is under way: select new_generation()';
    end if;
    system := known_system();
    why := concat_ws(', ',
        case when known.system is distinct from system then 'another server' end,
        case when system is null and known.started <> pg_postmaster_start_time()
             then 'a start of the server, which may be another one' end,
        case when known.timeline <> left(pg_walfile_name(pg_current_wal_lsn()), 8) then 'another timeline' end,
        case when known.inbox <> 'inbox'::regclass then 'another table inbox'
             when known.file <> pg_relation_filepath('inbox'::regclass) then 'another file of table inbox' end);
    if why <> '' then
        return begin_generation(why);
    end if;
    update database_generation set started = pg_postmaster_start_time()
    where started <> pg_postmaster_start_time();
    return known.generation;
end
$$;

comment on function recognise_database() is
    'Called by view generation_now where the database seems to be another one than database_generation was made for: makes a new database-wide part if it is. A restart of the same server is none';

create function new_generation() returns void
    language sql
    set search_path from current as
$$
    select begin_generation('asked for by ' || session_user)
$$;

comment on function new_generation() is
    'For DBAs: call it after the database went back in time in a way that can''t be seen from inside, such as a storage snapshot of the whole server that was put back. Every client is then replayed what it has not got or not read';

create function new_generation(who text) returns void
    language sql
    set search_path from current as
$$
    update inbox set generation = 1 + (random() * 4503599627370494)::bigint, settled_seq = 0 where user_id = who
$$;

comment on function new_generation(text) is
    'For DBAs: the same for one user, after rows of that user were put back or last_seq was lowered by hand';

-- One row, always. The comparison costs a few microseconds and is made in the statement that uses the result, so there
-- is no moment in which a position of another database counts.
create view generation_now as
select coalesce((select g.generation
                 from database_generation g
                 where case when pg_is_in_recovery() then false
                            else g.started = pg_postmaster_start_time()
                                 and g.timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8)
                                 and g.inbox = 'inbox'::regclass
                                 and g.file = pg_relation_filepath('inbox'::regclass) end),
                recognise_database())                 as generation,
       (select first from database_generation)        as first;

comment on view generation_now is
    'The database-wide part of the generation of every stream. Reading it on another database than the one it was made for makes a new part; on a standby it fails';
comment on column generation_now.generation is 'The part as of this statement';
comment on column generation_now.first is 'The part that offsets of earlier releases belong to, which carry none; null: none';

-- Client sessions say in which generation a client had proved receipt.
alter table client_session add column generation bigint not null default 0;

comment on column client_session.generation is
    'The generation of the stream that proved_seq belongs to; where it is not the stream''s present one, proved_seq says nothing. 0 where an earlier release wrote it';

select begin_generation('introduced');
update database_generation set first = generation;
