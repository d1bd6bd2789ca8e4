-- One row for each edition that was ever planned. `content_hash` is of the parsed edition, not of its templates.
create table edition (
  publication text not null,
  edition text not null,
  content_hash text not null,
  planned_at integer not null,
  begun_at integer,
  amended_at integer,
  held_at integer,
  primary key (publication, edition)
) strict;

-- One row for each edition to each subscriber. Instants are milliseconds since 1970, UTC.
create table delivery (
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
) strict, without rowid;

-- An id column added later makes no second copy.
create unique index delivery_address on delivery (publication, edition, address_hash);
create index delivery_lease on delivery (lease_owner) where state in ('leased', 'sending');

-- Addresses never to mail, by the hash of the normalised address.
create table suppression (
  publication text not null,
  address_hash text not null,
  reason text not null,
  at integer not null,
  primary key (publication, address_hash)
) strict, without rowid;

-- What people decided: forced checks, amendments, holds, reconciliations. Append only.
create table event (
  id integer primary key,
  publication text not null,
  edition text not null,
  subscriber_id text,
  kind text not null,
  at integer not null,
  data text not null
) strict;
