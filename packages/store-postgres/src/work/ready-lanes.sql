-- The lanes that have ready work, each found by one look into the index of claims, from behind: the youngest work of a lane is
-- ready still while the oldest is claimed, and entries of claimed work stay for as long as somebody leaves a transaction open.
with recursive ready (lane) as (
  (select w.lane from millrace.work w where w.ready order by w.lane desc limit 1)
  union all
  select (select w.lane from millrace.work w where w.ready and w.lane < r.lane order by w.lane desc limit 1)
  from ready r
  where r.lane is not null
)
select l.workspace as lane_workspace, l.queue, l.capability, l.labels
from ready r
join millrace.lane l on l.id = r.lane
