-- Verdicts that their runs have not acted on, oldest first: one row for each request.
select s.run, s.step, s.iteration, s.item, s.attempt, s.request, s.refusal
from millrace.slot s
where s.untold and s.decided_at <= millrace.clock() - $1::bigint and s.ordinal = 0
order by s.decided_at, s.nested desc, s.priority desc, s.requested_at, s.run, s.step, s.iteration, s.item
limit $2
