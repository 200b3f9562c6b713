-- Events of a wait's topic that are younger than the wait. None when the wait is over, or another attempt's.
select e.id, e.workspace, e.type, e.payload, e.source, e.key, e.created_at
from millrace.wait w
join millrace.run_origin o on o.id = w.run
join millrace.workflow f on f.id = o.workflow
join millrace.event e on e.workspace = f.workspace and e.type = substr(w.topic, length(f.workspace) + 2)
where w.run = $1 and w.step = $2 and w.iteration = $3 and w.item = $4 and w.kind = 'event' and w.attempt = $5
  and e.id > greatest(w.since, coalesce($6::bigint, 0))
order by e.id
limit $7
