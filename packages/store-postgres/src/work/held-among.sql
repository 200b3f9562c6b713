-- Which of the attempts processes of a joined worker hold, by their places from 0: each by itself, or with the local run that it
-- is of, which is held under a step of its own.
select x.place - 1 as place
from unnest($2::bigint[], $3::int[], $4::int[], $5::int[], $6::int[])
  with ordinality as x (run, step, iteration, item, attempt, place)
where exists (
  select from millrace.work t
  where t.worker > $1::text || '.' and t.worker < $1::text || '/' and not t.ready and t.run = x.run
    and (
      t.step = x.step and t.iteration = x.iteration and t.item = x.item and t.attempt = x.attempt
      or t.step = -1
    )
)
order by x.place
