select a.*
from millrace.audit a
where a.number >= $1::bigint
order by a.number
limit $2::int
