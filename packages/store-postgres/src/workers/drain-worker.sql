-- Only a worker that is known; no row: it is not. One that drains already keeps its time. Marks of workers that went long
-- ago without a word are swept on the way.
with swept as (
  delete from millrace.draining d
  where d.since < millrace.clock() - $2::bigint
    and not exists (select from millrace.worker w where w.id = d.worker)
)
insert into millrace.draining as d (worker, since)
select w.id, millrace.clock()
from millrace.worker w
where w.id = $1
on conflict (worker) do update
set since = d.since
returning d.worker
