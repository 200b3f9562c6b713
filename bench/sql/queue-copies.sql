-- Copies a run that waits for a worker, with its origin and its work, so many times under ids of their own.
with copies as materialized (
  select nextval('millrace.run_id') as id
  from generate_series(1, $2::int)
),
runs as (
  insert into millrace.run (id, version, workflow, child, status, started_at, ended_at, control, output, error)
  select c.id, r.version, r.workflow, r.child, r.status, r.started_at, r.ended_at, r.control, r.output, r.error
  from copies c
  cross join millrace.run r
  where r.id = $1::bigint
),
origins as (
  insert into millrace.run_origin (id, pinned, workflow, child, parent_run, created_at, start_key, facts, input)
  select c.id, o.pinned, o.workflow, o.child, o.parent_run, o.created_at, o.start_key, o.facts, o.input
  from copies c
  cross join millrace.run_origin o
  where o.id = $1::bigint
)
insert into millrace.work (run, step, iteration, item, attempt, lane, priority, ready, ready_at, worker, leased_at, cancel, document)
select c.id, w.step, w.iteration, w.item, w.attempt, w.lane, w.priority, w.ready, w.ready_at, w.worker, w.leased_at, w.cancel, w.document
from copies c
cross join millrace.work w
where w.run = $1::bigint
