waits_cleared as (
  delete from millrace.wait w
  using unnest(:over_runs::bigint[], :over_steps::int[], :over_iterations::int[], :over_items::int[], :over_kinds::text[])
    as x (run, step, iteration, item, kind)
  where w.run = any (array[x.run]) and w.step = x.step and w.iteration = coalesce(x.iteration, 0) and w.item = coalesce(x.item, -1) and w.kind = x.kind
    and (x.run in (select id from committed)) is true
)
