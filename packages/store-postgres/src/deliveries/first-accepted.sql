select d.*
from millrace.delivery d
where d.workspace = $1 and d.start_key = $2 and d.outcome = 'accepted'
order by d.id
limit 1
