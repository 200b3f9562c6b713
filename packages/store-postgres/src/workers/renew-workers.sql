-- Renews only workers that are still known: one that was reaped must notice. A row for each worker and cancelled attempt.
with alive as (
  update millrace.worker w
  set lease_until = millrace.clock() + $2::bigint
  where w.id = any ($1::text[])
  returning w.id, exists (select from millrace.draining d where d.worker = w.id) as draining
)
select a.id as worker, a.draining, t.run, t.step, t.iteration, t.item, t.attempt
from alive a
left join millrace.work t on t.worker = a.id and t.cancel
order by a.id, t.run, t.step, t.iteration, t.item
