-- What every sender of this database knows of a mail server, host:port. Instants are milliseconds since 1970, UTC.
create table mail_server (
  name text not null primary key,
  -- where it has a rate: when the next copy may leave
  next_at real not null default 0,
  -- trouble: nobody begins anything before that
  paused_until integer not null default 0,
  -- spells of trouble in a row, with nothing delivered in between
  spells integer not null default 0,
  trouble text
) strict, without rowid;

-- Workers that take batches. One not seen for a minute has ended.
create table worker (
  owner text not null primary key,
  publication text not null,
  state text not null,
  started_at integer not null,
  seen_at integer not null,
  accepted integer not null default 0,
  failed integer not null default 0
) strict, without rowid;
