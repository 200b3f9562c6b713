select d.*
from millrace.delivery d
where d.id = $1
