select min(w.visible_at) as at
from millrace.wait w
where w.visible_at is not null
