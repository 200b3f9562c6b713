select e.id, e.workspace, e.type, e.payload, e.source, e.key, e.created_at
from millrace.event e
where e.workspace = $1 and e.key = $2
