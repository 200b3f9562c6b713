-- Everybody who waits below a holder, in the workspaces where one of them has waited for long.
with old as (
  select distinct s.workspace
  from millrace.slot s
  where s.nested and s.waiting and s.requested_at <= millrace.clock() - $1::bigint
),
below as (
  select distinct s.run, s.step, s.iteration, s.item, s.attempt, s.request
  from millrace.slot s
  join old o on o.workspace = s.workspace
  where s.nested and s.waiting
)
select s.run, s.step, s.iteration, s.item, s.attempt, s.request, s.ordinal, s.workspace, s.kind, s.name, s.key, s.most,
  s.per_ms, s.when_full, s.priority, s.requested_at, s.above
from below b
cross join lateral (
  select s.*
  from millrace.slot s
  where s.run = b.run and s.step = b.step and s.iteration = b.iteration and s.item = b.item and s.attempt = b.attempt
    and s.request = b.request
  offset 0
) s
order by s.run, s.step, s.iteration, s.item, s.attempt, s.request, s.ordinal
