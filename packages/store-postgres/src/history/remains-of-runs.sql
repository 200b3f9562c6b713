select v.id as run
from millrace.removed_run v
order by v.id
limit $1::int
