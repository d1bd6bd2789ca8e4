-- What subscribers have said themselves, by id. It wins over the audience's file; null: nothing was said.
create table preference (
  publication text not null,
  subscriber_id text not null,
  -- where the address was known: an id column that comes or goes later revives nobody
  address_hash text,
  unsubscribed_at integer,
  -- ids separated by spaces, in place of the file's; empty means all
  topics text,
  excluded_topics text not null default '',
  timezone text,
  deliver_at text,
  language text,
  -- YYYY-MM-DD: editions before that date are not delivered
  paused_until text,
  updated_at integer not null,
  primary key (publication, subscriber_id)
) strict, without rowid;
create index preference_address on preference (publication, address_hash) where address_hash is not null;

-- Subscribers of the database's own: signed up, or imported.
create table subscriber (
  publication text not null,
  id text not null,
  email text not null,
  address_hash text not null,
  name text not null default '',
  topics text not null default '',
  timezone text,
  deliver_at text,
  language text,
  status text not null default 'active',
  -- further columns as a JSON object of texts
  extra text not null default '{}',
  origin text not null check (origin in ('sign-up', 'import')),
  created_at integer not null,
  primary key (publication, id)
) strict, without rowid;
create unique index subscriber_address on subscriber (publication, address_hash);

-- Asked for and not yet confirmed. A row for each mail that asks.
create table sign_up (
  publication text not null,
  subscriber_id text not null,
  asked_at integer not null,
  email text not null,
  name text not null default '',
  topics text not null default '',
  timezone text,
  language text,
  wording text not null,
  primary key (publication, subscriber_id, asked_at)
) strict, without rowid;
create index sign_up_age on sign_up (asked_at);

-- The proof that somebody asked: when, when they confirmed, and the words they were shown.
create table consent (
  publication text not null,
  subscriber_id text not null,
  confirmed_at integer not null,
  asked_at integer not null,
  language text,
  wording text not null,
  wording_version text not null,
  primary key (publication, subscriber_id, confirmed_at)
) strict, without rowid;

-- Who asked to be forgotten, by a hash keyed with this database's own salt: nobody can tell addresses from it, and a row
-- that comes back into the file is known all the same.
create table deletion (
  publication text not null,
  salted_hash text not null,
  at integer not null,
  primary key (publication, salted_hash)
) strict, without rowid;
create table deletion_salt (
  publication text not null primary key,
  salt text not null
) strict, without rowid;
