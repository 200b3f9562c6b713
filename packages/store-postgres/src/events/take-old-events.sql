-- Hands each event that its server did not deliver to one taker, and hides it from the others for a while.
with old as (
  select e.id
  from millrace.event e
  where e.visible_at <= millrace.clock() and e.created_at <= millrace.clock() - $1::bigint
  order by e.visible_at, e.id
  limit $2
  for update skip locked
),
taken as (
  update millrace.event e
  set visible_at = millrace.clock() + $3::bigint
  from old
  where e.id = old.id
  returning e.id, e.workspace, e.type, e.payload, e.source, e.key, e.created_at
)
select t.id, t.workspace, t.type, t.payload, t.source, t.key, t.created_at
from taken t
order by t.id
