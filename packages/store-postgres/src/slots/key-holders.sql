-- Everybody who holds the keys.
select s.key, s.run, s.step, s.iteration, s.item
from unnest($1::text[]) as k (key)
join millrace.slot s on s.holding and s.key = k.key
