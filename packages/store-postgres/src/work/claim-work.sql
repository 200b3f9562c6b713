-- Hands each ready attempt to exactly one worker. Claims pass over rows that others hold, so none waits.
with next as (
  select n.*
  from unnest($2::int[]) as lane (id)
  cross join lateral (
    select w.run, w.step, w.iteration, w.item, w.priority, w.ready_at
    from millrace.work w
    where w.ready and w.lane = lane.id
    order by w.priority desc, w.ready_at, w.run, w.step, w.iteration, w.item
    limit $3::int
    for update skip locked
  ) n
  order by n.priority desc, n.ready_at, n.run, n.step, n.iteration, n.item
  limit $3::int
),
leased as (
  update millrace.work w
  set ready = false, worker = $1::text, leased_at = millrace.clock()
  from next
  where w.run = next.run and w.step = next.step and w.iteration = next.iteration and w.item = next.item
  returning w.*
)
select t.run, t.step, t.iteration, t.item, t.attempt, t.priority, t.ready_at, t.worker, t.leased_at, t.document,
  l.queue, l.capability, l.labels, r.started_at, r.status = 'paused' as paused, o.facts, f.workspace, f.name as workflow, p.revision, p.plan
from leased t
join millrace.lane l on l.id = t.lane
join millrace.run r on r.id = t.run
join millrace.run_origin o on o.id = t.run
join millrace.pinned_workflow p on p.id = o.pinned
join millrace.workflow f on f.id = p.workflow
order by t.priority desc, t.ready_at, t.run, t.step, t.iteration, t.item
