-- What DBAs ask. Every view may be filtered by user_id, and is then answered from the primary key.

create view delivery_state as
select user_id,
       seq,
       notification_id,
       case
           when read_at is not null then 'read'
           when delivered_at is not null then 'delivered'
           else 'waiting'
       end                                                    as state,
       sent_at,
       received_at,
       delivered_at,
       read_at,
       coalesce(delivered_at, now()) - received_at            as waited,
       message,
       metadata
from delivery;

comment on view delivery_state is 'Every delivery with its state in one word: waiting, delivered or read';
comment on column delivery_state.state is 'waiting: not proved received; delivered: received, not read; read: the user said so';
comment on column delivery_state.waited is 'Time from storing to delivery; for a waiting row, to now';

create view user_state as
select i.user_id,
       i.last_seq,
       i.unread,
       d.waiting,
       d.oldest_waiting,
       d.last_delivered_at,
       d.last_read_at
from inbox i
cross join lateral (
    select count(*) filter (where delivered_at is null)         as waiting,
           min(received_at) filter (where delivered_at is null) as oldest_waiting,
           max(delivered_at)                                    as last_delivered_at,
           max(read_at)                                         as last_read_at
    from delivery
    where delivery.user_id = i.user_id
) d;

comment on view user_state is 'One row per user: how much waits, how much is unread, when something last moved';
comment on column user_state.waiting is 'Rows not delivered yet';
comment on column user_state.oldest_waiting is 'When the oldest of them was stored';

create view unread_mismatch as
select i.user_id, i.unread as counted, d.unread as actual
from inbox i
cross join lateral (
    select count(*) as unread from delivery where delivery.user_id = i.user_id and read_at is null
) d
where i.unread <> d.unread;

comment on view unread_mismatch is 'Users whose unread counter differs from their rows; must always be empty';

create view delivery_latency as
select date_trunc('hour', received_at)                                                                  as hour,
       count(*)                                                                                         as stored,
       count(delivered_at)                                                                              as delivered,
       count(read_at)                                                                                   as read,
       percentile_cont(0.5) within group (order by extract(epoch from delivered_at - received_at))      as median_seconds,
       percentile_cont(0.99) within group (order by extract(epoch from delivered_at - received_at))     as p99_seconds
from delivery
group by 1;

comment on view delivery_latency is 'Per hour of storing: how many rows came, were delivered and read, and how long delivery took (scans the whole table)';

create view outbox_state as
select id,
       routing_key,
       payload ->> 'messageId'                             as message_id,
       payload ->> 'userId'                                as user_id,
       now() - created_at                                  as age,
       case when claimed_until > now() then claimed_by end as publishing_on,
       payload
from outbox;

comment on view outbox_state is 'Events that RabbitMQ has not confirmed yet, with their age';
