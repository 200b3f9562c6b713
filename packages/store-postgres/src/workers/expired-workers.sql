-- Workers whose lease is over, with what they hold, and holders that are not known at all: work that was leased at the
-- moment in which its worker was removed. A row for each worker and attempt. Those stand between known workers (`gap`), so
-- nothing is read of what known workers hold and held: entries of ended work stay while somebody leaves a transaction open.
with recursive gap (after, before) as (
  select '', min(w.id)
  from millrace.worker w
  union all
  select w.id, lead(w.id) over (order by w.id)
  from millrace.worker w
),
holder (worker, before) as (
  select f.worker, g.before
  from gap g
  cross join lateral (
    (
      select w.worker from millrace.work w
      where not w.ready and w.worker > g.after and w.worker < g.before
      order by w.worker limit 1
    )
    union all
    (
      select w.worker from millrace.work w
      where g.before is null and not w.ready and w.worker > g.after
      order by w.worker limit 1
    )
  ) f
  union all
  select n.worker, h.before
  from holder h
  cross join lateral (
    (
      select w.worker from millrace.work w
      where not w.ready and w.worker > h.worker and w.worker < h.before
      order by w.worker limit 1
    )
    union all
    (
      select w.worker from millrace.work w
      where h.before is null and not w.ready and w.worker > h.worker
      order by w.worker limit 1
    )
  ) n
),
over as (
  select w.id, w.lease_until
  from millrace.worker w
  where w.lease_until <= millrace.clock()
  union all
  select h.worker, null
  from holder h
  order by 2 nulls last, 1
  limit $1
)
select o.id as worker, t.run, t.step, t.iteration, t.item, t.attempt
from over o
left join millrace.work t on t.worker = o.id and not t.ready
order by o.lease_until nulls last, o.id, t.priority desc, t.ready_at, t.run, t.step, t.iteration, t.item
