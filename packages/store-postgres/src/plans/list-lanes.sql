select l.workspace as lane_workspace, l.queue, l.capability, l.labels
from millrace.lane l
where l.planned
order by l.id
