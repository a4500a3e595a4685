-- Connection state recovery: which client is where, and what it may resume.

create table node (
    name       text        not null,
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    constraint node_pkey primary key (name)
) with (fillfactor = 50);

comment on table node is 'The running gateway processes; each says every few seconds that it lives';
comment on column node.name is 'Chosen anew at each start';
comment on column node.started_at is 'When the process started';
comment on column node.seen_at is 'When it last said that it lives; older than half a minute: it is gone';

create table client_session (
    pid             text        not null,
    user_id         text        not null,
    sid             text        not null,
    node            text        not null,
    epoch           integer     not null,
    subscribed      boolean     not null,
    proved_seq      bigint      not null,
    resumable       boolean     not null,
    connected_at    timestamptz not null default now(),
    disconnected_at timestamptz,
    reason          text,
    constraint client_session_pkey primary key (pid)
) with (fillfactor = 50);

create index client_session_online on client_session (node) where disconnected_at is null;
create index client_session_gone on client_session (disconnected_at) where disconnected_at is not null;

comment on table client_session is
    'One row per client session: a client that reconnects and resumes keeps its row. Removed some time after it can no longer be resumed.';
comment on column client_session.pid is 'Private id that the client sends back when it reconnects';
comment on column client_session.user_id is 'Whose client it is';
comment on column client_session.sid is 'Socket id, the same on every resumption';
comment on column client_session.node is 'The node that it is, or was last, connected to';
comment on column client_session.epoch is 'Counts its connections, from 1';
comment on column client_session.subscribed is 'Whether it has asked for notifications';
comment on column client_session.proved_seq is 'Up to this seq it had proved receipt when it last connected';
comment on column client_session.resumable is 'False once it has ended on purpose';
comment on column client_session.connected_at is 'When its present, or last, connection began';
comment on column client_session.disconnected_at is 'When that connection ended; null while it is on line (or its node was killed: see view online)';
comment on column client_session.reason is 'Why it ended, in the words of Socket.IO';

create view online as
select s.user_id, s.sid, s.node, s.connected_at, s.subscribed, s.epoch - 1 as resumptions
from client_session s
join node n on n.name = s.node and n.seen_at > now() - interval '30 seconds'
where s.disconnected_at is null;

comment on view online is 'Who is on line, where, since when';
