select e.id, e.workspace, e.type, e.payload, e.source, e.key, e.created_at, e.outcome
from millrace.event e
where e.id = $1
