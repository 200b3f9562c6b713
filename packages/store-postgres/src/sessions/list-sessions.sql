select s.*
from millrace.session s
where s.account = $1 and s.ended_at is null and s.until > millrace.clock()
order by s.created_at desc, s.id desc
