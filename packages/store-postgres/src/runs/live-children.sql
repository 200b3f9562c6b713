select o.id as run
from millrace.run_origin o
join millrace.run r on r.id = o.id
where o.parent_run = $1 and r.status in ('queued', 'running', 'paused')
order by o.id
