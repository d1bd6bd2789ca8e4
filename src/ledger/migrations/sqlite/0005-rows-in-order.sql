-- Rows stand in the order they were planned, which is the order they leave in: a commit of fifty steps touches a few
-- pages of the file. By their ids, which are as good as random, each row was on a page of its own.
create table delivery_in_order (
  publication text not null,
  edition text not null,
  subscriber_id text not null,
  address_hash text not null,
  state text not null check (state in ('planned', 'leased', 'sending', 'accepted', 'rejected', 'unknown', 'skipped', 'bounced')),
  -- why it was skipped, rejected or left unknown
  reason text,
  -- the last answer of the mail server, as it came
  reply text,
  attempts integer not null default 0,
  due_at integer not null,
  planned_at integer not null,
  lease_owner text,
  lease_until integer,
  updated_at integer not null,
  primary key (publication, edition, subscriber_id)
) strict;
insert into delivery_in_order
  select publication, edition, subscriber_id, address_hash, state, reason, reply, attempts, due_at, planned_at, lease_owner, lease_until, updated_at
  from delivery order by publication, edition, planned_at, subscriber_id;
drop table delivery;
alter table delivery_in_order rename to delivery;

-- An id column added later makes no second copy.
create unique index delivery_address on delivery (publication, edition, address_hash);
-- What is leased or leaves just now, of whichever edition; and the counts and waves of one, without a look at its rows.
create index delivery_state on delivery (state, publication, edition, due_at, reason);
