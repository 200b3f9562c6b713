select t.run, t.step, t.iteration, t.item, t.attempt, t.priority, t.ready_at, t.worker, t.leased_at, t.document,
  l.workspace as lane_workspace, l.queue, l.capability, l.labels, r.started_at, r.status = 'paused' as paused, o.facts,
  f.workspace, f.name as workflow, p.revision, p.plan, p.folder
from millrace.work t
join millrace.lane l on l.id = t.lane
join millrace.run r on r.id = any (array[t.run])
join millrace.run_origin o on o.id = any (array[t.run])
join millrace.pinned_workflow p on p.id = o.pinned
join millrace.workflow f on f.id = p.workflow
where t.worker = $1 and not t.ready
order by t.priority desc, t.ready_at, t.run, t.step, t.iteration, t.item
