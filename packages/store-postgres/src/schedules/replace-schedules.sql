-- Makes a workspace's schedules those of its live revision. The lock keeps another revision from becoming live meanwhile;
-- the workspace is marked only when every row was as it was when this was decided.
with live as (
  select w.name
  from millrace.workspace w
  where w.name = $1 and w.revision = $2
  for share
),
given as (
  select *
  from unnest($3::text[], $4::int[], $5::text[], $6::boolean[], $7::text[], $8::text[], $9::text[], $10::bigint[],
    $11::bigint[], $12::bigint[], $13::text[], $14::bigint[], $15::text[], $18::text[])
    as g (name, version, workflow, enabled, revision, definition, override, decided_until, next_tick_at, next_fire_at,
      last_tick, last_run, dropped, folder)
),
stored as (
  insert into millrace.schedule as s (workspace, name, version, workflow, enabled, revision, definition, override,
    decided_until, next_tick_at, next_fire_at, visible_at, last_tick, last_run, dropped, folder)
  select live.name, g.name, g.version + 1, g.workflow, g.enabled, g.revision, g.definition, g.override,
    g.decided_until, g.next_tick_at, g.next_fire_at, g.next_fire_at, g.last_tick, g.last_run, g.dropped, g.folder
  from given g, live
  on conflict (workspace, name) do update
  set version = excluded.version, workflow = excluded.workflow, enabled = excluded.enabled, revision = excluded.revision,
    definition = excluded.definition, override = excluded.override, decided_until = excluded.decided_until,
    next_tick_at = excluded.next_tick_at, next_fire_at = excluded.next_fire_at, visible_at = excluded.visible_at,
    last_tick = excluded.last_tick, last_run = excluded.last_run, dropped = excluded.dropped, folder = excluded.folder
  where s.version = excluded.version - 1
  returning s.name
),
removed as (
  delete from millrace.schedule s
  using live, unnest($16::text[], $17::int[]) as r (name, version)
  where s.workspace = live.name and s.name = r.name and s.version = r.version
  returning s.name
)
insert into millrace.schedule_revision (workspace, revision)
select live.name, $2
from live
where (select count(*) from stored) = cardinality($3::text[]) and (select count(*) from removed) = cardinality($16::text[])
on conflict (workspace) do update set revision = excluded.revision
returning workspace
