-- Names the attempt: the work of any other attempt stays.
work_deleted as (
  delete from millrace.work w
  using unnest(:done_runs::bigint[], :done_steps::int[], :done_iterations::int[], :done_items::int[], :done_attempts::int[])
    as x (run, step, iteration, item, attempt)
  where w.run = any (array[x.run]) and w.step = x.step and w.iteration = coalesce(x.iteration, 0) and w.item = coalesce(x.item, -1) and w.attempt = coalesce(x.attempt, 1)
    and (x.run in (select id from committed)) is true
)
