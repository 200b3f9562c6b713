select s.*
from millrace.secret s
where s.workspace = $1 and s.name = $2
