select a.*
from millrace.account a
order by a.name
