-- What every sender of this database knows of a mail server, host:port. Instants are milliseconds since 1970, UTC.
create table mail_server (
  name text collate "C" not null primary key,
  -- where it has a rate: when the next copy may leave
  next_at double precision not null default 0,
  -- trouble: nobody begins anything before that
  paused_until bigint not null default 0,
  -- spells of trouble in a row, with nothing delivered in between
  spells bigint not null default 0,
  trouble text
);

-- Workers that take batches. One not seen for a minute has ended.
create table worker (
  owner text collate "C" not null primary key,
  publication text collate "C" not null,
  state text not null,
  started_at bigint not null,
  seen_at bigint not null,
  accepted bigint not null default 0,
  failed bigint not null default 0
);
