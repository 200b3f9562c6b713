-- A run whose id or start key exists already is left alone: no row of it is written, by the gate of all that follows.
origin as (
  insert into millrace.run_origin (id, pinned, workflow, child, parent_run, created_at, start_key, facts, input)
  select x.id, x.pinned, x.workflow, x.parent_run is not null, x.parent_run, millrace.clock(), x.start_key, x.facts, x.input
  from unnest(
    :origin_ids::bigint[], :origin_pinned::int[], :origin_workflows::int[], :origin_parents::bigint[],
    string_to_array(:origin_start_keys, :separator, :absent), string_to_array(:origin_facts, :separator, :absent),
    string_to_array(:origin_inputs, :separator, :absent)
  ) as x (id, pinned, workflow, parent_run, start_key, facts, input)
  on conflict do nothing
  returning id
),
created as (
  insert into millrace.run (id, version, workflow, child, status, started_at, ended_at, control, output, error)
  select x.id, 1, x.workflow, coalesce(x.child, false), x.status, x.started_at, x.ended_at, x.control, x.output, x.error
  from unnest(
    :origin_ids::bigint[], :origin_workflows::int[], :created_child::boolean[], :created_status::text[],
    :created_started::bigint[], :created_ended::bigint[], string_to_array(:created_control, :separator, :absent),
    string_to_array(:created_output, :separator, :absent), string_to_array(:created_error, :separator, :absent)
  ) as x (id, workflow, child, status, started_at, ended_at, control, output, error)
  where (x.id in (select id from origin)) is true
  returning id
)
