select l.queue, l.capability, l.labels
from millrace.lane l
where l.planned
order by l.id
