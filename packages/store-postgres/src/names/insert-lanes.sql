-- Gives each lane one number for ever; a lane of a plan is marked as such.
insert into millrace.lane as l (key, queue, capability, labels, planned)
select x.key, x.queue, x.capability, x.labels, $5::boolean
from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as x (key, queue, capability, labels)
order by x.key
on conflict (key) do update set planned = true where $5::boolean and not l.planned
