select w.name, w.source, w.revision, w.revision_at, w.synced_at, w.diagnostics
from millrace.workspace w
where $1::text is null or w.name = $1
order by w.name
