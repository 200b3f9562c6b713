-- Gives each workflow at a revision one number for ever. Its folder follows from the revision, but was not always kept.
insert into millrace.pinned_workflow as p (workflow, revision, plan, folder)
select distinct on (x.workflow, x.revision, x.plan) x.workflow, x.revision, x.plan, x.folder
from unnest($1::int[], $2::text[], $3::text[], $4::text[]) as x (workflow, revision, plan, folder)
order by x.workflow, x.revision, x.plan
on conflict (workflow, revision, plan) do update set folder = excluded.folder where p.folder <> excluded.folder
