select r.id as run, r.status
from millrace.run r
where r.id = any ($1::bigint[])
