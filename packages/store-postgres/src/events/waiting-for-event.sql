-- Waits of a topic that are older than the event, in the order of their keys, from after one of them.
select w.run, w.step, w.iteration, w.item, w.attempt
from millrace.wait w
where w.topic = $1 and w.since < $2::bigint
  and ($3::bigint is null or (w.run, w.step, w.iteration, w.item) > ($3::bigint, $4::int, $5::int, $6::int))
order by w.run, w.step, w.iteration, w.item
limit $7
