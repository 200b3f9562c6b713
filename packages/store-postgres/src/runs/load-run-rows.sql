select r.id as run, r.version, r.status, r.started_at, r.ended_at, r.control, r.output, r.error, o.created_at, o.facts,
  o.input, w.workspace, w.name as workflow, p.revision, p.plan, p.folder
from millrace.run r
join millrace.run_origin o on o.id = any (array[r.id])
join millrace.pinned_workflow p on p.id = o.pinned
join millrace.workflow w on w.id = p.workflow
where r.id = any ($1::bigint[])
