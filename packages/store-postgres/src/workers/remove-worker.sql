-- A worker that renewed its lease meanwhile, or still holds work, stays. One that says goodbye takes its mark of draining
-- with it; one whose lease ran out may come back.
with gone as (
  delete from millrace.worker w
  where w.id = $1 and (not $2::boolean or w.lease_until <= millrace.clock())
    and not exists (select from millrace.work t where t.worker = $1 and not t.ready)
  returning w.id
),
forgotten as (
  delete from millrace.draining d
  using gone g
  where d.worker = g.id and not $2::boolean
)
select g.id
from gone g
