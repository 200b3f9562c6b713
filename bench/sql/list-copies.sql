-- Copies ended runs of several workflows in turn, so many times each: one in a hundred failed, a second between two.
with copies as materialized (
  select nextval('millrace.run_id') as id, n.number, t.run
  from generate_series(1, $2::int) as n (number)
  cross join unnest($1::bigint[]) as t (run)
),
runs as (
  insert into millrace.run (id, version, workflow, child, status, started_at, ended_at, control, output, error)
  select c.id, r.version, r.workflow, r.child, case when c.number % 100 = 0 then 'failed' else r.status end,
    r.started_at + c.number, r.ended_at + c.number, r.control, r.output, r.error
  from copies c
  join millrace.run r on r.id = c.run
)
insert into millrace.run_origin (id, pinned, workflow, child, parent_run, created_at, start_key, facts, input)
select c.id, o.pinned, o.workflow, o.child, o.parent_run, o.created_at + c.number, o.start_key, o.facts, o.input
from copies c
join millrace.run_origin o on o.id = c.run
