-- A run whose version is not the expected one lost its race and is left alone. One statement for changed and unchanged
-- heads, so that rows are locked in one order.
updated as (
  update millrace.run r
  set version = r.version + 1,
    status = case when x.changed is not false then x.status else r.status end,
    started_at = case when x.changed is not false then x.started_at else r.started_at end,
    ended_at = case when x.changed is not false then x.ended_at else r.ended_at end,
    control = case when x.changed is not false then x.control else r.control end,
    output = case when x.changed is not false then x.output else r.output end,
    error = case when x.changed is not false then x.error else r.error end
  from unnest(
    :updated_ids::bigint[], :updated_versions::int[], :updated_changed::boolean[], :updated_status::text[],
    :updated_started::bigint[], :updated_ended::bigint[], string_to_array(:updated_control, :separator, :absent),
    string_to_array(:updated_output, :separator, :absent), string_to_array(:updated_error, :separator, :absent)
  ) as x (id, version, changed, status, started_at, ended_at, control, output, error)
  where r.id = any (array[x.id]) and r.version = x.version
  returning r.id
)
