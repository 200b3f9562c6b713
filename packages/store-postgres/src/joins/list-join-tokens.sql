select t.*
from millrace.join_token t
order by t.created_at, t.id
