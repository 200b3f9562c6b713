select i.*
from millrace.identity i
where i.account = $1
order by i.provider, i.subject
