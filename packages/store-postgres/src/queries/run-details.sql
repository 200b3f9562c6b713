-- All that runs are shown with, as they stand at one moment and in one round trip: the runs themselves, their ended attempts,
-- work and waits, and the newest of their re-runs. Each row is one of these (`part`), and has what the others have not as null.
(
  select 'run' as part, null::bigint as rerun_of, r.id as run, null::int as step, null::int as iteration, null::int as item, null::int as attempt,
    r.version, r.status, r.started_at, r.ended_at, r.control, r.output, r.error, o.created_at, o.facts, o.input,
    w.workspace, w.name as workflow, p.revision, p.plan, p.folder,
    null::text as reason, null::boolean as final, null::bigint as ready_at, null::text as worker,
    null::int as priority, null::bigint as leased_at, null::text as document, null::text as lane_workspace,
    null::text as queue, null::text as capability, null::text as labels, null::text as kind, null::bigint as due_at
  from millrace.run r
  join millrace.run_origin o on o.id = any (array[r.id])
  join millrace.pinned_workflow p on p.id = o.pinned
  join millrace.workflow w on w.id = p.workflow
  where r.id = any ($1::bigint[])
)
union all
(
  select 'attempt', null, a.run, a.step, a.iteration, a.item, a.attempt,
    null, a.status, a.started_at, a.ended_at, null, a.output, a.error, null, null, a.input,
    null, null, null, null, null,
    a.reason, a.final, a.ready_at, a.worker,
    null, null, null, null,
    null, null, null, null, null
  from millrace.attempt a
  where a.run = any ($1::bigint[])
  order by a.run, a.step, a.iteration, a.item, a.attempt
)
union all
(
  select 'work', null, t.run, t.step, t.iteration, t.item, t.attempt,
    null, null, null, null, null, null, null, null, null, null,
    null, null, null, null, null,
    null, null, t.ready_at, t.worker,
    t.priority, t.leased_at, t.document, l.workspace,
    l.queue, l.capability, l.labels, null, null
  from millrace.work t
  join millrace.lane l on l.id = t.lane
  where t.run = any ($1::bigint[])
  order by t.run, t.step, t.iteration, t.item
)
union all
(
  select 'wait', null, w.run, w.step, w.iteration, w.item, w.attempt,
    null, null, null, null, null, null, null, null, null, null,
    null, null, null, null, null,
    null, null, null, null,
    null, null, w.document, null,
    null, null, null, w.kind, w.due_at
  from millrace.wait w
  where w.run = any ($1::bigint[])
  order by w.run, w.step, w.iteration, w.item, w.kind
)
union all
(
  select 'rerun', e.rerun_of, r.id, null, null, null, null,
    r.version, r.status, r.started_at, r.ended_at,
    case when r.status in ('queued', 'running', 'paused') then r.control end, null, r.error, o.created_at, o.facts, null,
    w.workspace, w.name, p.revision, p.plan, p.folder,
    null, null, null, null,
    null, null, null, null,
    null, null, null, null, null
  from unnest($1::bigint[]) as x (run)
  cross join lateral (
    select e.rerun_of, e.run
    from millrace.rerun e
    where e.rerun_of = x.run
    order by e.run desc
    limit $2
  ) e
  join millrace.run r on r.id = any (array[e.run])
  join millrace.run_origin o on o.id = any (array[e.run])
  join millrace.pinned_workflow p on p.id = o.pinned
  join millrace.workflow w on w.id = p.workflow
  order by e.rerun_of, e.run desc
)
