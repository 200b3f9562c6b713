-- Only schedules that are as they were when this was decided.
update millrace.schedule s
set version = g.version + 1, enabled = g.enabled, override = g.override, decided_until = g.decided_until,
  next_tick_at = g.next_tick_at, next_fire_at = g.next_fire_at, visible_at = g.next_fire_at, last_tick = g.last_tick,
  last_run = g.last_run, dropped = g.dropped
from unnest($1::text[], $2::text[], $3::int[], $4::boolean[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
  $9::text[], $10::bigint[], $11::text[])
  as g (workspace, name, version, enabled, override, decided_until, next_tick_at, next_fire_at, last_tick, last_run,
    dropped)
where s.workspace = g.workspace and s.name = g.name and s.version = g.version
returning s.workspace, s.name
