-- Gives each lane one number for ever; a lane of a plan is marked as such.
insert into millrace.lane as l (key, workspace, queue, capability, labels, planned)
select x.key, x.workspace, x.queue, x.capability, x.labels, $6::boolean
from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as x (key, workspace, queue, capability, labels)
order by x.key
on conflict (key) do update set planned = true where $6::boolean and not l.planned
