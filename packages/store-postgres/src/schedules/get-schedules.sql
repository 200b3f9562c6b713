select s.*
from millrace.schedule s
where s.workspace = $1 and ($2::text is null or s.name = $2)
order by s.name
