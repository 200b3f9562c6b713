-- Gives each workflow at a revision one number for ever.
insert into millrace.pinned_workflow (workflow, revision, plan)
select x.workflow, x.revision, x.plan
from unnest($1::int[], $2::text[], $3::text[]) as x (workflow, revision, plan)
order by x.workflow, x.revision, x.plan
on conflict (workflow, revision, plan) do nothing
