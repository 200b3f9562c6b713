select r.*
from millrace.role r
order by r.name
