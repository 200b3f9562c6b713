select r.status
from millrace.run r
where r.id = $1
