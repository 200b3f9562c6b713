select v.id as run, v.facts
from millrace.removed_run v
where v.id = any ($1::bigint[])
