-- One attempt ends and the next is ready within one commit: a statement must not delete a row and insert its successor.
work_replaced as (
  insert into millrace.work
    (run, step, iteration, item, attempt, lane, priority, ready, ready_at, worker, leased_at, cancel, document)
  select x.run, x.step, coalesce(x.iteration, 0), coalesce(x.item, -1), coalesce(x.attempt, 1), x.lane, coalesce(x.priority, 0), x.worker is null, x.ready_at, x.worker,
    case when x.worker is not null then coalesce(x.leased_at, millrace.clock()) end, coalesce(x.cancel, false), x.document
  from unnest(
    :next_runs::bigint[], :next_steps::int[], :next_iterations::int[], :next_items::int[], :next_attempts::int[],
    :next_lanes::int[], :next_priorities::int[], :next_ready::bigint[], :next_workers::text[], :next_leased::bigint[],
    :next_cancel::boolean[], string_to_array(:next_documents, :separator, :absent)
  ) as x (run, step, iteration, item, attempt, lane, priority, ready_at, worker, leased_at, cancel, document)
  where (x.run in (select id from committed)) is true
  on conflict (run, step, iteration, item) do update
  set attempt = excluded.attempt, lane = excluded.lane, priority = excluded.priority, ready = excluded.ready,
    ready_at = excluded.ready_at, worker = excluded.worker, leased_at = excluded.leased_at, cancel = excluded.cancel,
    document = excluded.document
)
