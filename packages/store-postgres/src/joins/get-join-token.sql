select t.*
from millrace.join_token t
where t.id = $1
