-- One row for each returned mail that was dealt with. The fingerprint is of the mail: read
-- again, it changes nothing. Neither addresses nor the mail itself are kept.
create table bounce (
  publication text collate "C" not null,
  fingerprint text collate "C" not null,
  -- null where a mail is about nobody in particular
  edition text collate "C",
  subscriber_id text collate "C",
  verdict text not null,
  -- the kind of failure and the server's own words
  reason text not null,
  -- why the address was suppressed because of it, if it was: bounced, complaint, unsubscribed
  suppressed text,
  at bigint not null,
  primary key (publication, fingerprint)
);

create index bounce_subscriber on bounce (publication, subscriber_id);
