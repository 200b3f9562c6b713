-- Hands each due wait to one taker and hides it from the others for a while. Its due time stays.
with due as (
  select w.run, w.step, w.iteration, w.item, w.kind
  from millrace.wait w
  where w.visible_at <= millrace.clock()
  order by w.visible_at
  limit $1
  for update skip locked
)
update millrace.wait w
set visible_at = millrace.clock() + $2::bigint
from due
where w.run = any (array[due.run]) and w.step = due.step and w.iteration = due.iteration and w.item = due.item and w.kind = due.kind
returning w.run, w.step, w.iteration, w.item, w.kind, w.attempt, w.due_at
