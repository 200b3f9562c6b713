-- An attempt that has ended already is a violation of the key: it cannot end twice.
ended as (
  insert into millrace.attempt
    (run, step, iteration, item, attempt, status, reason, final, ready_at, started_at, ended_at, worker, input, output, error)
  select x.run, x.step, coalesce(x.iteration, 0), coalesce(x.item, -1), coalesce(x.attempt, 1), x.status, x.reason, coalesce(x.final, true), x.ready_at, x.started_at, x.ended_at,
    x.worker, x.input, x.output, x.error
  from unnest(
    :ended_runs::bigint[], :ended_steps::int[], :ended_iterations::int[], :ended_items::int[], :ended_attempts::int[],
    :ended_status::text[], :ended_reasons::text[], :ended_final::boolean[], :ended_ready::bigint[],
    :ended_started::bigint[], :ended_at::bigint[], :ended_workers::text[],
    string_to_array(:ended_inputs, :separator, :absent), string_to_array(:ended_outputs, :separator, :absent),
    string_to_array(:ended_errors, :separator, :absent)
  ) as x (run, step, iteration, item, attempt, status, reason, final, ready_at, started_at, ended_at, worker, input, output,
    error)
  where (x.run in (select id from committed)) is true
)
