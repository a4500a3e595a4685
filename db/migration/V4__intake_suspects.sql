-- Messages that were in hand when a gateway process ended without a word. Almost always empty.
create table intake_suspect (
    fingerprint bytea       not null,
    attempts    integer     not null default 1,
    process     text        not null,
    seen_at     timestamptz not null default now(),
    constraint intake_suspect_pkey primary key (fingerprint)
) with (fillfactor = 50);

comment on table intake_suspect is
    'Redelivered messages while they are tried again, by what they were in hand of. A row that stays means that the gateway ended while it tried that message: it is then tried alone, and after a few ends it goes to the dead-letter queue, so that one message that kills the process does not take its neighbours with it.';
comment on column intake_suspect.fingerprint is 'SHA-256 of the message body';
comment on column intake_suspect.attempts is 'Processes that tried the message so far; the first may have tried it together with others';
comment on column intake_suspect.process is 'The process that tried it last';
comment on column intake_suspect.seen_at is 'When it was first tried again';
