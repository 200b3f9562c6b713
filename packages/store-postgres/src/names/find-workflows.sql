select w.id, w.workspace, w.name
from unnest($1::text[], $2::text[]) as x (workspace, name)
join millrace.workflow w on w.workspace = x.workspace and w.name = x.name
