-- Statuses are looked up one by one: joined, they might be read from the index of all runs that live.
select o.id as run
from millrace.run_origin o
where o.parent_run = $1
  and (select r.status from millrace.run r where r.id = o.id) in ('queued', 'running', 'paused')
order by o.id
