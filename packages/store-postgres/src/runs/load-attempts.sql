select a.run, a.step, a.iteration, a.item, a.attempt, a.status, a.reason, a.final, a.ready_at, a.started_at, a.ended_at,
  a.worker, a.input, a.output, a.error
from millrace.attempt a
where a.run = any ($1::bigint[])
order by a.run, a.step, a.iteration, a.item, a.attempt
