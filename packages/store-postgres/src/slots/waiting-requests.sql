-- The first in the line of each key and whoever does not want to stand in it, with everything that they wait for.
with line as (
  select n.*
  from unnest($1::text[]) as k (key)
  cross join lateral (
    select s.run, s.step, s.iteration, s.item, s.attempt, s.request
    from millrace.slot s
    where s.waiting and s.key = k.key
    order by s.nested desc, s.priority desc, s.requested_at, s.run, s.step, s.iteration, s.item
    limit $2::int
  ) n
  union
  select n.*
  from unnest($1::text[]) as k (key)
  cross join lateral (
    select s.run, s.step, s.iteration, s.item, s.attempt, s.request
    from millrace.slot s
    where s.impatient and s.key = k.key
    offset 0
  ) n
)
select s.run, s.step, s.iteration, s.item, s.attempt, s.request, s.ordinal, s.workspace, s.kind, s.name, s.key, s.most, s.per_ms,
  s.when_full, s.priority, s.requested_at, s.above
from line l
cross join lateral (
  select s.*
  from millrace.slot s
  where s.run = l.run and s.step = l.step and s.iteration = l.iteration and s.item = l.item and s.attempt = l.attempt
    and s.request = l.request
  offset 0
) s
order by s.run, s.step, s.iteration, s.item, s.attempt, s.request, s.ordinal
