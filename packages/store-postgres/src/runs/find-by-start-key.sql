select o.id as run
from millrace.run_origin o
where o.start_key = $1
