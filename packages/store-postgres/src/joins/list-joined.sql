select j.*
from millrace.joined_worker j
order by j.used_at desc, j.id
limit $1
