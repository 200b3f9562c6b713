select min(s.visible_at) as at
from millrace.schedule s
where s.visible_at is not null
