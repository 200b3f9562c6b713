select o.id as run, o.facts, w.workspace, w.name as workflow, p.revision, p.plan, p.folder
from millrace.run_origin o
join millrace.pinned_workflow p on p.id = o.pinned
join millrace.workflow w on w.id = p.workflow
where o.id = $1
