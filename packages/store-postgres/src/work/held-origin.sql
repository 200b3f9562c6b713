-- The run of an attempt, if just this worker holds just this attempt, and its lease is not over.
select t.run, o.facts, f.workspace, f.name as workflow, p.revision, p.plan, p.folder
from millrace.work t
join millrace.worker w on w.id = t.worker and w.lease_until > millrace.clock()
join millrace.run_origin o on o.id = any (array[t.run])
join millrace.pinned_workflow p on p.id = o.pinned
join millrace.workflow f on f.id = p.workflow
where t.worker = $1 and not t.ready
  and t.run = $2 and t.step = $3 and t.iteration = $4 and t.item = $5 and t.attempt = $6
