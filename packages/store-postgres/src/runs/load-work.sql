select w.run, w.step, w.iteration, w.item, w.attempt, w.priority, w.ready_at, w.worker, w.leased_at, w.document,
  l.workspace as lane_workspace, l.queue, l.capability, l.labels
from millrace.work w
join millrace.lane l on l.id = w.lane
where w.run = any ($1::bigint[])
order by w.run, w.step, w.iteration, w.item
