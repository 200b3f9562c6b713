-- Passes over entries that others hold, so that the loops of several servers and commits never wait for each other here.
with old as (
  select c.workspace, c.key
  from millrace.cache c
  where c.expires_at <= millrace.clock()
  order by c.expires_at
  limit $1
  for update skip locked
),
gone as (
  delete from millrace.cache c
  using old
  where c.workspace = old.workspace and c.key = old.key
  returning 1
)
select count(*)::int as count
from gone
