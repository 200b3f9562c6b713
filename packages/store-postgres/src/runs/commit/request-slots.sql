slots_requested as (
  insert into millrace.slot
    (run, step, iteration, item, attempt, request, ordinal, workspace, kind, name, key, most, per_ms, when_full, waiting,
    holding, untold, impatient, nested, priority, requested_at, above)
  select x.run, x.step, coalesce(x.iteration, 0), coalesce(x.item, -1), coalesce(x.attempt, 1), x.request, x.ordinal, x.workspace, x.kind, x.name, x.key, x.most,
    x.per_ms, x.when_full, true, false, false, (x.when_full <> 'queue') is true, x.above is not null, x.priority,
    x.requested_at, x.above
  from unnest(
    :slot_runs::bigint[], :slot_steps::int[], :slot_iterations::int[], :slot_items::int[], :slot_attempts::int[],
    :slot_requests::int[], :slot_ordinals::int[], string_to_array(:slot_workspaces, :separator, :absent),
    :slot_kinds::text[], string_to_array(:slot_names, :separator, :absent),
    string_to_array(:slot_keys, :separator, :absent), :slot_limits::int[], :slot_per::bigint[], :slot_when_full::text[],
    :slot_priorities::int[], :slot_requested::bigint[], string_to_array(:slot_above, :separator, :absent)
  ) as x (run, step, iteration, item, attempt, request, ordinal, workspace, kind, name, key, most, per_ms, when_full,
    priority, requested_at, above)
  where (x.run in (select id from committed)) is true
)
