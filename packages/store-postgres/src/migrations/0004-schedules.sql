-- Schedules of the live revisions. `visible_at` is when the schedule loop may take one: when its next tick is due, or later
-- while somebody has it. What was decided at run time (`override`) lives as long as the row.
create table millrace.schedule (
  workspace text collate "C" not null,
  name text collate "C" not null,
  version int not null check (version > 0),
  workflow text not null,
  enabled boolean not null,
  revision text not null,
  definition text not null,
  override text,
  decided_until bigint not null,
  next_tick_at bigint,
  next_fire_at bigint,
  visible_at bigint,
  last_tick text,
  last_run bigint,
  dropped text,
  primary key (workspace, name),
  check ((next_tick_at is null) = (next_fire_at is null) and (next_fire_at is null) = (visible_at is null)),
  check (next_tick_at > decided_until and next_fire_at >= next_tick_at)
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

-- For takeDue and nextDueAt.
create index schedule_due on millrace.schedule (visible_at) where visible_at is not null;

-- The revision that each workspace's schedules are of: another one is live while they are still to be changed.
create table millrace.schedule_revision (
  workspace text collate "C" primary key,
  revision text not null
);
