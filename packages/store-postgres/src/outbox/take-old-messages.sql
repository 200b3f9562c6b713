-- Hands each message that its server did not deliver to one taker, and hides it from the others for a while.
with old as (
  select o.run, o.version, o.ordinal
  from millrace.outbox o
  where o.created_at <= millrace.clock() - $1::bigint and o.visible_at <= millrace.clock()
  order by o.created_at, o.run, o.version, o.ordinal
  limit $2
  for update skip locked
),
taken as (
  update millrace.outbox o
  set visible_at = millrace.clock() + $3::bigint
  from old
  where o.run = any (array[old.run]) and o.version = old.version and o.ordinal = old.ordinal
  returning o.run, o.version, o.ordinal, o.created_at, o.document
)
select t.run, t.version, t.ordinal, t.document
from taken t
order by t.created_at, t.run, t.version, t.ordinal
