-- What subscribers have said themselves, by id. It wins over the audience's file; null: nothing was said.
create table preference (
  publication text collate "C" not null,
  subscriber_id text collate "C" not null,
  -- where the address was known: an id column that comes or goes later revives nobody
  address_hash text collate "C",
  unsubscribed_at bigint,
  -- ids separated by spaces, in place of the file's; empty means all
  topics text,
  excluded_topics text not null default '',
  timezone text,
  deliver_at text,
  language text,
  -- YYYY-MM-DD: editions before that date are not delivered
  paused_until text,
  updated_at bigint not null,
  primary key (publication, subscriber_id)
);
create index preference_address on preference (publication, address_hash) where address_hash is not null;

-- Subscribers of the database's own: signed up, or imported.
create table subscriber (
  publication text collate "C" not null,
  id text collate "C" not null,
  email text not null,
  address_hash text collate "C" not null,
  name text not null default '',
  topics text not null default '',
  timezone text,
  deliver_at text,
  language text,
  status text not null default 'active',
  -- further columns as a JSON object of texts
  extra text not null default '{}',
  origin text not null check (origin in ('sign-up', 'import')),
  created_at bigint not null,
  primary key (publication, id)
);
create unique index subscriber_address on subscriber (publication, address_hash);

-- Asked for and not yet confirmed. A row for each mail that asks.
create table sign_up (
  publication text collate "C" not null,
  subscriber_id text collate "C" not null,
  asked_at bigint not null,
  email text not null,
  name text not null default '',
  topics text not null default '',
  timezone text,
  language text,
  wording text not null,
  primary key (publication, subscriber_id, asked_at)
);
create index sign_up_age on sign_up (asked_at);

-- The proof that somebody asked: when, when they confirmed, and the words they were shown.
create table consent (
  publication text collate "C" not null,
  subscriber_id text collate "C" not null,
  confirmed_at bigint not null,
  asked_at bigint not null,
  language text,
  wording text not null,
  wording_version text not null,
  primary key (publication, subscriber_id, confirmed_at)
);

-- Who asked to be forgotten, by a hash keyed with this database's own salt: nobody can tell addresses from it, and a row
-- that comes back into the file is known all the same.
create table deletion (
  publication text collate "C" not null,
  salted_hash text collate "C" not null,
  at bigint not null,
  primary key (publication, salted_hash)
);
create table deletion_salt (
  publication text collate "C" not null primary key,
  salt text not null
);
