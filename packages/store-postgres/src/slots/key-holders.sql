-- Everybody who holds the keys.
select n.*
from unnest($1::text[]) as k (key)
cross join lateral (
  select s.key, s.run, s.step, s.iteration, s.item
  from millrace.slot s
  where s.holding and s.key = k.key
  offset 0
) n
