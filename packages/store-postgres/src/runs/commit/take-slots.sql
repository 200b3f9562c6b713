-- The run has acted on what was decided; nobody needs to tell it again.
slots_taken as (
  update millrace.slot s
  set untold = false
  from unnest(:taken_runs::bigint[], :taken_steps::int[], :taken_iterations::int[], :taken_items::int[],
    :taken_attempts::int[], :taken_requests::int[]) as x (run, step, iteration, item, attempt, request)
  where s.run = any (array[x.run]) and s.step = x.step and s.iteration = coalesce(x.iteration, 0) and s.item = coalesce(x.item, -1) and s.attempt = coalesce(x.attempt, 1)
    and s.request = x.request and s.untold is distinct from false and (x.run in (select id from committed)) is true
)
