waits_set as (
  insert into millrace.wait (run, step, iteration, item, kind, attempt, due_at, visible_at, document)
  select x.run, x.step, coalesce(x.iteration, 0), coalesce(x.item, -1), x.kind, coalesce(x.attempt, 1), x.due_at, x.due_at, x.document
  from unnest(
    :wait_runs::bigint[], :wait_steps::int[], :wait_iterations::int[], :wait_items::int[], :wait_kinds::text[],
    :wait_attempts::int[], :wait_due::bigint[], string_to_array(:wait_documents, :separator, :absent)
  ) as x (run, step, iteration, item, kind, attempt, due_at, document)
  where (x.run in (select id from committed)) is true
  on conflict (run, step, iteration, item, kind) do update
  set attempt = excluded.attempt, due_at = excluded.due_at, visible_at = excluded.visible_at, document = excluded.document
)
