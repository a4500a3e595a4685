-- The delivery tables. State columns (delivered_at, read_at) stay out of every index and every index predicate, and
-- pages keep half their room free, so that marking a row is a HOT update: no index is touched.

create table inbox (
    user_id    text        not null,
    last_seq   bigint      not null default 0,
    unread     bigint      not null default 0,
    created_at timestamptz not null default now(),
    constraint inbox_pkey primary key (user_id),
    constraint inbox_user_id_check check (length(user_id) between 1 and 200),
    constraint inbox_unread_check check (unread >= 0)
) with (fillfactor = 50);

comment on table inbox is
    'One row per user: the head of the user''s stream. Its row lock orders the writers of that user, so that for one user commit order = seq order.';
comment on column inbox.user_id is 'The user, as the producers name it (1 to 200 characters)';
comment on column inbox.last_seq is 'Highest seq given out in this user''s stream; gaps in seq are harmless';
comment on column inbox.unread is 'Exact number of rows of this user in delivery with read_at null';
comment on column inbox.created_at is 'When the user''s first notification was stored';

create table delivery (
    user_id         text        not null,
    seq             bigint      not null,
    notification_id bigint      not null,
    message         text        not null,
    metadata        jsonb,
    sent_at         timestamptz not null,
    received_at     timestamptz not null default now(),
    delivered_at    timestamptz,
    read_at         timestamptz,
    constraint delivery_pkey primary key (user_id, seq),
    constraint delivery_notification_key unique (user_id, notification_id)
) with (fillfactor = 50);

comment on table delivery is
    'One row per notification on its way to its user. delivered_at and read_at are set once and never move.';
comment on column delivery.user_id is 'The user whom the notification is for';
comment on column delivery.seq is 'Position in the user''s stream; sockets are cursors over it';
comment on column delivery.notification_id is 'The producer''s id of the notification; one row per user and id, however often it is published';
comment on column delivery.message is 'The text that the user sees';
comment on column delivery.metadata is 'Any JSON that the producer attached, or null';
comment on column delivery.sent_at is 'When the producer sent it (its own clock); time of intake where it did not say';
comment on column delivery.received_at is 'When the gateway stored it (database clock)';
comment on column delivery.delivered_at is 'When a client of the user first proved receipt (database clock); null: not yet delivered';
comment on column delivery.read_at is 'When the user said that it was read (database clock; the producer''s clock where it was published as read); null: unread';

create table outbox (
    id            bigint      generated always as identity,
    routing_key   text        not null,
    payload       jsonb       not null,
    created_at    timestamptz not null default now(),
    claimed_by    text,
    claimed_until timestamptz,
    constraint outbox_pkey primary key (id)
) with (fillfactor = 50);

comment on table outbox is
    'Events on their way to RabbitMQ. A row is written in the transaction that caused it and removed once the broker has confirmed it; a row that stays long means that the broker is away.';
comment on column outbox.id is 'Order of writing';
comment on column outbox.routing_key is 'Routing key on the exchange app.events';
comment on column outbox.payload is 'The event as it is published; its messageId is the same on every repeat';
comment on column outbox.created_at is 'When it was written';
comment on column outbox.claimed_by is 'The node that is publishing it now';
comment on column outbox.claimed_until is 'Until when that claim holds; afterwards any node may take the row';
