-- A user's history grows, and nearly all of it is delivered and read. Where that part ends is remembered, so that a
-- subscription does not walk through all of it to find the few rows that are open.
alter table inbox add column settled_seq bigint not null default 0;

comment on column inbox.settled_seq is
    'Every row of this user up to this seq is delivered and read, for good; subscriptions look for open rows behind it. Noted now and then, so the true place may be higher. Whoever makes old rows unread or undelivered by hand must set it to 0.';
