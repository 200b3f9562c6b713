-- Of one workspace, or ($1 null) of all.
select s.*
from millrace.secret s
where $1::text is null or s.workspace = $1
order by s.workspace, s.name
