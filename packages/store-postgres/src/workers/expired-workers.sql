-- Workers whose lease is over, with what they hold, and holders that are not known at all: work that was leased at the
-- moment in which its worker was removed. A row for each worker and attempt.
with recursive holder (worker) as (
  (select w.worker from millrace.work w where not w.ready order by w.worker limit 1)
  union all
  select (select w.worker from millrace.work w where not w.ready and w.worker > h.worker order by w.worker limit 1)
  from holder h
  where h.worker is not null
),
over as (
  select w.id, w.lease_until
  from millrace.worker w
  where w.lease_until <= millrace.clock()
  union all
  select h.worker, null
  from holder h
  where h.worker is not null and not exists (select from millrace.worker w where w.id = h.worker)
  order by 2 nulls last, 1
  limit $1
)
select o.id as worker, t.run, t.step, t.iteration, t.item, t.attempt
from over o
left join millrace.work t on t.worker = o.id and not t.ready
order by o.lease_until nulls last, o.id, t.priority desc, t.ready_at, t.run, t.step, t.iteration, t.item
