-- Hands each ready attempt to exactly one worker. Claims pass over rows that others hold, so none waits. Shares are served
-- in turn, the first of each before the second of any. Of each lane it reads what is of a higher priority than the mark, and
-- what of the mark's priority stands behind it; before it stand only entries of work that was claimed already.
with ready as materialized (
  select n.*, l.share
  from unnest($2::int[], $3::int[], $6::int[], $7::bigint[], $8::bigint[], $9::int[], $10::int[], $11::int[])
    as l (lane, share, priority, ready_at, run, step, iteration, item)
  cross join lateral (
    select * from (
      select w.run, w.step, w.iteration, w.item, w.priority, w.ready_at
      from millrace.work w
      where w.ready and w.lane = l.lane and w.priority > l.priority
      order by w.priority desc, w.ready_at, w.run, w.step, w.iteration, w.item
      limit $4::int
      for update skip locked
    ) higher
    union all
    select * from (
      select w.run, w.step, w.iteration, w.item, w.priority, w.ready_at
      from millrace.work w
      where w.ready and w.lane = l.lane and w.priority = l.priority
        and (w.ready_at, w.run, w.step, w.iteration, w.item) > (l.ready_at, l.run, l.step, l.iteration, l.item)
      order by w.priority desc, w.ready_at, w.run, w.step, w.iteration, w.item
      limit $4::int
      for update skip locked
    ) onward
  ) n
),
turns as (
  select r.*,
    row_number() over (partition by r.share order by r.priority desc, r.ready_at, r.run, r.step, r.iteration, r.item) as turn
  from ready r
),
next as (
  select t.*
  from turns t
  order by t.turn, t.share
  limit $5::int
),
leased as (
  update millrace.work w
  set ready = false, worker = $1::text, leased_at = millrace.clock()
  from next
  where w.run = any (array[next.run]) and w.step = next.step and w.iteration = next.iteration and w.item = next.item
  returning w.*, next.turn, next.share
)
select t.run, t.step, t.iteration, t.item, t.attempt, t.priority, t.ready_at, t.worker, t.leased_at, t.document,
  l.workspace as lane_workspace, l.queue, l.capability, l.labels, r.started_at, r.status = 'paused' as paused, o.facts,
  f.workspace, f.name as workflow, p.revision, p.plan, p.folder
from leased t
join millrace.lane l on l.id = t.lane
join millrace.run r on r.id = any (array[t.run])
join millrace.run_origin o on o.id = any (array[t.run])
join millrace.pinned_workflow p on p.id = o.pinned
join millrace.workflow f on f.id = p.workflow
order by t.turn, t.share
