-- How many hold each key, and who of them for longest. Rates: how many starts there were.
select k.key, millrace.clock() as now,
  (select count(*)::int from millrace.slot s where s.holding and s.key = k.key) as held,
  (
    select coalesce(json_agg(o), '[]')::text
    from (
      select s.run::text, s.step, s.iteration, s.item
      from millrace.slot s
      where s.holding and s.key = k.key
      order by s.decided_at, s.run, s.step, s.iteration, s.item
      limit $2::int
    ) o
  ) as oldest,
  (select coalesce(max(r.number), 0)::text from millrace.rate_start r where r.key = k.key) as starts
from unnest($1::text[]) as k (key)
