work_cancelled as (
  update millrace.work w
  set cancel = true
  from unnest(:stop_runs::bigint[], :stop_steps::int[], :stop_iterations::int[], :stop_items::int[], :stop_attempts::int[])
    as x (run, step, iteration, item, attempt)
  where w.run = any (array[x.run]) and w.step = x.step and w.iteration = coalesce(x.iteration, 0) and w.item = coalesce(x.item, -1) and w.attempt = coalesce(x.attempt, 1)
    and (x.run in (select id from committed)) is true
)
