select w.name
from millrace.workspace w
left join millrace.schedule_revision r on r.workspace = w.name
where w.revision is not null and w.revision is distinct from r.revision
order by w.name
