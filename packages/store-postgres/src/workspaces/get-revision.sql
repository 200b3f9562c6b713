select r.workspace, r.revision, r.workflows, r.triggers, r.files, r.queues
from millrace.revision r
where r.workspace = $1
  and r.revision = coalesce($2, (select w.revision from millrace.workspace w where w.name = $1))
