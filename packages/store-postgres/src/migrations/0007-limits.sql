-- Slots of limits that runs share: a row for each limit that a run or an attempt waits for or holds; rows of one request
-- are decided on together. A row dies with its holder, by the commit that ends it.
create table millrace.slot (
  run bigint not null,
  step int not null,
  iteration int not null,
  item int not null,
  attempt int not null,
  request int not null,
  ordinal int not null,
  workspace text not null,
  kind text not null check (kind in ('concurrency', 'queue', 'rate')),
  name text not null,
  key text collate "C" not null,
  most int not null check (most > 0),
  per_ms bigint,
  when_full text check (when_full in ('queue', 'skip', 'cancel_oldest')),
  waiting boolean not null,
  holding boolean not null,
  untold boolean not null,
  impatient boolean not null,
  nested boolean not null,
  priority int not null,
  requested_at bigint not null,
  decided_at bigint,
  above text,
  refusal text,
  primary key (run, step, iteration, item, attempt, request, ordinal),
  check ((kind = 'rate') = (per_ms is not null)),
  check ((kind = 'concurrency') = (when_full is not null)),
  check (waiting = (decided_at is null)),
  check (not (holding and (waiting or refusal is not null or kind = 'rate'))),
  check (not (untold and waiting))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- For grant: who waits, in the order of the line. For waitingKeys: the next key.
create index slot_line on millrace.slot (key, nested desc, priority desc, requested_at, run, step, iteration, item)
  where waiting;
-- For grant: who waits and decides at once what becomes of it.
create index slot_impatient on millrace.slot (key) where impatient;
-- For grant: who holds, the longest first.
create index slot_holding on millrace.slot (key, decided_at, run, step, iteration, item) where holding;
-- For untold: what a run has not acted on.
create index slot_untold on millrace.slot (decided_at) where untold;
-- For untangle: who waits below a holder.
create index slot_nested on millrace.slot (requested_at) where nested and waiting;

-- Starts that a rate still counts, numbered for each key.
create table millrace.rate_start (
  key text collate "C" not null,
  number bigint not null,
  at bigint not null,
  expires_at bigint not null,
  primary key (key, number)
);

-- For sweep.
create index rate_start_expired on millrace.rate_start (expires_at);
