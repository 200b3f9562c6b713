select p.id, p.workflow, p.revision, p.plan
from unnest($1::int[], $2::text[], $3::text[]) as x (workflow, revision, plan)
join millrace.pinned_workflow p on p.workflow = x.workflow and p.revision = x.revision and p.plan = x.plan
