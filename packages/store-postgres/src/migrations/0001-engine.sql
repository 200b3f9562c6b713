-- The engine's tables. Statements name the schema `millrace`; another schema's name is put in its place when they are read.
-- Times are bigint milliseconds since the epoch by this database's clock. JSON that SQL never looks into is text: it is
-- cheaper to write than jsonb and may hold \u0000.

-- The only clock for leases and due times. The planner inlines it; tests put another in its place.
create function millrace.clock() returns bigint
language sql stable parallel safe
as $$ select floor(date_part('epoch', now()) * 1000)::bigint $$;

create sequence millrace.run_id;

-- Names stand once; runs carry numbers.
create table millrace.workflow (
  id int generated always as identity primary key,
  workspace text not null,
  name text not null,
  unique (workspace, name)
);

-- A workflow at a revision, with its plan: what a run is pinned to.
create table millrace.pinned_workflow (
  id int generated always as identity primary key,
  workflow int not null references millrace.workflow (id),
  revision text not null,
  plan text not null,
  unique (workflow, revision, plan)
);

create table millrace.lane (
  id int generated always as identity primary key,
  key text not null unique,
  queue text not null,
  capability text not null,
  labels text not null,
  planned boolean not null
);

-- The hot row: rewritten by each commit, so it stays narrow, and a fifth of each page stays free for the next version.
create table millrace.run (
  id bigint primary key,
  version int not null check (version > 0),
  workflow int not null,
  child boolean not null,
  status text not null
    check (status in ('queued', 'running', 'paused', 'succeeded', 'failed', 'cancelled', 'timed_out')),
  started_at bigint,
  ended_at bigint,
  control text,
  output text,
  error text
) with (fillfactor = 80);

-- For listRuns by a status that few runs have; runs that succeed are in none of these once they ended.
create index run_live on millrace.run (workflow, child, id) where status in ('queued', 'running', 'paused');
create index run_unhappy on millrace.run (status, child, id) where status in ('failed', 'cancelled', 'timed_out');
create index run_unhappy_workflow on millrace.run (workflow, status, child, id)
  where status in ('failed', 'cancelled', 'timed_out');

-- What never changes of a run. Append-only.
create table millrace.run_origin (
  id bigint primary key,
  pinned int not null,
  workflow int not null,
  child boolean not null,
  parent_run bigint,
  created_at bigint not null,
  start_key text,
  facts text not null,
  input text not null,
  check (child = (parent_run is not null))
);

-- For commit: one run for each start key of a workspace; also for findByStartKey.
create unique index run_origin_start_key on millrace.run_origin (start_key) where start_key is not null;
-- For liveChildren, and listRuns by parent.
create index run_origin_parent on millrace.run_origin (parent_run, id) where parent_run is not null;
-- For listRuns by workspace or workflow, with and without children.
create index run_origin_workflow on millrace.run_origin (workflow, child, id);

-- For listRuns by tag.
create table millrace.run_tag (
  tag text not null,
  run bigint not null,
  primary key (tag, run)
);

-- Ended attempts. Append-only: the key is the second fence against a late report.
create table millrace.attempt (
  run bigint not null,
  step int not null,
  iteration int not null,
  item int not null,
  attempt int not null,
  status text not null check (status in ('succeeded', 'failed', 'timed_out', 'cancelled', 'skipped')),
  reason text,
  final boolean not null,
  ready_at bigint,
  started_at bigint,
  ended_at bigint not null,
  worker text,
  input text,
  output text,
  error text,
  primary key (run, step, iteration, item, attempt),
  check (item >= -1 and iteration >= 0 and attempt >= 0)
);

-- Attempts that are ready or leased; a row dies with its attempt.
create table millrace.work (
  run bigint not null,
  step int not null,
  iteration int not null,
  item int not null,
  attempt int not null,
  lane int not null,
  priority int not null,
  ready boolean not null,
  ready_at bigint not null,
  worker text collate "C",
  leased_at bigint,
  cancel boolean not null,
  document text not null,
  primary key (run, step, iteration, item),
  check (ready = (worker is null) and ready = (leased_at is null))
) with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

-- For claim: one range for each lane, in the order of claims.
create index work_ready on millrace.work (lane, priority desc, ready_at, run, step, iteration, item) where ready;
-- For heldBy, expired, remove and giveBack.
create index work_worker on millrace.work (worker) where not ready;
-- For renew.
create index work_cancel on millrace.work (worker) where cancel;

-- What runs wait for. `visible_at` is when the timer loop may take it: its due time, or later while somebody has it.
create table millrace.wait (
  run bigint not null,
  step int not null,
  iteration int not null,
  item int not null,
  kind text collate "C" not null check (kind in ('delay', 'retry', 'timer', 'step_timeout', 'queue_timeout', 'run_timeout',
    'cancel_grace', 'child', 'items', 'approval', 'event')),
  attempt int not null,
  due_at bigint,
  visible_at bigint,
  document text,
  primary key (run, step, iteration, item, kind),
  check ((due_at is null) = (visible_at is null))
) with (fillfactor = 80);

-- For takeDue and nextDueAt.
create index wait_due on millrace.wait (visible_at) where visible_at is not null;

-- Messages between runs. Nearly always empty, so takeOld reads all of it.
create table millrace.outbox (
  run bigint not null,
  version int not null,
  ordinal int not null,
  created_at bigint not null,
  visible_at bigint not null,
  document text not null,
  primary key (run, version, ordinal)
);

create table millrace.worker (
  id text collate "C" primary key,
  document text not null,
  lease_until bigint not null,
  registered_at bigint not null
) with (fillfactor = 50);

create table millrace.plan (
  hash text primary key,
  document text not null,
  created_at bigint not null
);

create table millrace.workspace (
  name text collate "C" primary key,
  source text not null,
  revision text,
  revision_at bigint,
  synced_at bigint not null,
  diagnostics text not null,
  check ((revision is null) = (revision_at is null))
);

create table millrace.revision (
  workspace text not null,
  revision text not null,
  workflows text not null,
  triggers text not null,
  files text,
  created_at bigint not null,
  primary key (workspace, revision)
);
