-- Gives each workflow one number for ever.
insert into millrace.workflow (workspace, name)
select x.workspace, x.name
from unnest($1::text[], $2::text[]) as x (workspace, name)
order by x.workspace, x.name
on conflict (workspace, name) do nothing
