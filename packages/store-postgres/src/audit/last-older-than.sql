-- The row before the first one that is young; servers' clocks differ a little, so numbers decide and not times.
with young as (
  select min(a.number) as number
  from millrace.audit a
  where a.at > millrace.clock() - $1::bigint
)
select a.number, a.hash
from millrace.audit a, young
where a.number < coalesce(young.number, 9223372036854775807)
order by a.number desc
limit 1
