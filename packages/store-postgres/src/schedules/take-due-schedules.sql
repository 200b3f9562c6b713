-- Hands each due schedule to one taker and hides it from the others for a while. When it is due stays.
with due as (
  select s.workspace, s.name
  from millrace.schedule s
  where s.visible_at <= millrace.clock()
  order by s.visible_at
  limit $1
  for update skip locked
)
update millrace.schedule s
set visible_at = millrace.clock() + $2::bigint
from due
where s.workspace = due.workspace and s.name = due.name
returning s.*
