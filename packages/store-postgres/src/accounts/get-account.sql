select a.*
from millrace.account a
where a.name = $1
