work_inserted as (
  insert into millrace.work
    (run, step, iteration, item, attempt, lane, priority, ready, ready_at, worker, leased_at, cancel, document)
  select x.run, x.step, coalesce(x.iteration, 0), coalesce(x.item, -1), coalesce(x.attempt, 1), x.lane, coalesce(x.priority, 0), x.worker is null, x.ready_at, x.worker,
    case when x.worker is not null then coalesce(x.leased_at, millrace.clock()) end, coalesce(x.cancel, false), x.document
  from unnest(
    :work_runs::bigint[], :work_steps::int[], :work_iterations::int[], :work_items::int[], :work_attempts::int[],
    :work_lanes::int[], :work_priorities::int[], :work_ready::bigint[], :work_workers::text[], :work_leased::bigint[],
    :work_cancel::boolean[], string_to_array(:work_documents, :separator, :absent)
  ) as x (run, step, iteration, item, attempt, lane, priority, ready_at, worker, leased_at, cancel, document)
  where (x.run in (select id from committed)) is true
)
