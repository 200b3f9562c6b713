-- A holder lets go of all that it held or asked for before this commit.
slots_released as (
  delete from millrace.slot s
  using unnest(:released_runs::bigint[], :released_steps::int[], :released_iterations::int[], :released_items::int[])
    as x (run, step, iteration, item)
  where s.run = any (array[x.run]) and s.step = x.step and s.iteration = coalesce(x.iteration, 0) and s.item = coalesce(x.item, -1)
    and (x.run in (select id from committed)) is true
  returning s.workspace, s.kind, s.name
)
