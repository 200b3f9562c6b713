-- Ready work of a paused run becomes a wait, and lets go of its slots. What somebody has taken meanwhile stays their work
-- with its slots, and gets no wait.
work_held as (
  delete from millrace.work w
  using unnest(
    :held_runs::bigint[], :held_steps::int[], :held_iterations::int[], :held_items::int[], :held_attempts::int[],
    string_to_array(:held_documents, :separator, :absent)
  ) as x (run, step, iteration, item, attempt, document)
  where w.run = any (array[x.run]) and w.step = x.step and w.iteration = coalesce(x.iteration, 0) and w.item = coalesce(x.item, -1) and w.attempt = coalesce(x.attempt, 1)
    and w.worker is null and (x.run in (select id from committed)) is true
  returning w.run, w.step, w.iteration, w.item, w.attempt, x.document
),
held as (
  insert into millrace.wait (run, step, iteration, item, kind, attempt, due_at, visible_at, document)
  select h.run, h.step, h.iteration, h.item, 'held', h.attempt, null, null, h.document
  from work_held h
),
slots_held as (
  delete from millrace.slot s
  using work_held h
  where s.run = any (array[h.run]) and s.step = h.step and s.iteration = h.iteration and s.item = h.item
  returning s.workspace, s.kind, s.name
)
