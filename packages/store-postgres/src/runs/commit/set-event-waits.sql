-- Waits for events: with their topic, and the number of the newest event so far. One that is written anew for the same
-- attempt keeps its number, so that it misses no event.
event_waits_set as (
  insert into millrace.wait (run, step, iteration, item, kind, attempt, due_at, visible_at, document, topic, since)
  select x.run, x.step, coalesce(x.iteration, 0), coalesce(x.item, -1), 'event', coalesce(x.attempt, 1), x.due_at, x.due_at, x.document, x.topic,
    (select case when s.is_called then s.last_value else 0 end from millrace.event_id s)
  from unnest(
    :event_wait_runs::bigint[], :event_wait_steps::int[], :event_wait_iterations::int[], :event_wait_items::int[],
    :event_wait_attempts::int[], :event_wait_due::bigint[],
    string_to_array(:event_wait_documents, :separator, :absent), string_to_array(:event_wait_topics, :separator, :absent)
  ) as x (run, step, iteration, item, attempt, due_at, document, topic)
  where (x.run in (select id from committed)) is true
  on conflict (run, step, iteration, item, kind) do update
  set attempt = excluded.attempt, due_at = excluded.due_at, visible_at = excluded.visible_at, document = excluded.document,
    topic = excluded.topic, since = case when wait.attempt = excluded.attempt then wait.since else excluded.since end
)
