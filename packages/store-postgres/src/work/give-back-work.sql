-- Only what this worker still holds becomes ready again; rows are locked in the order of commits.
with given as (
  select w.run, w.step, w.iteration, w.item
  from unnest($2::bigint[], $3::int[], $4::int[], $5::int[], $6::int[]) as x (run, step, iteration, item, attempt)
  join millrace.work w
    on w.run = any (array[x.run]) and w.step = x.step and w.iteration = x.iteration and w.item = x.item and w.attempt = x.attempt
  where w.worker = $1
  order by x.run, x.step, x.iteration, x.item
  for update of w
)
update millrace.work w
set ready = true, worker = null, leased_at = null
from given
where w.run = any (array[given.run]) and w.step = given.step and w.iteration = given.iteration and w.item = given.item
