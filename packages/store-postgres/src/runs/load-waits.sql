select w.run, w.step, w.iteration, w.item, w.kind, w.attempt, w.due_at, w.document
from millrace.wait w
where w.run = any ($1::bigint[])
order by w.run, w.step, w.iteration, w.item, w.kind
