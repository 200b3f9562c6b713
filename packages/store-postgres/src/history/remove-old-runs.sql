-- Looks at the next runs in the order of their ids. Those that ended long ago, and that nothing needs, are removed; their
-- attempts and tags are only noted, to be cleared a bounded number at a time. A run goes before its children. Statuses, and what
-- a run is needed by, are looked up one by one (`offset 0` keeps them from being joined): joined, whole indexes might be read.
with looked as materialized (
  select r.id, r.ended_at, r.control, o.created_at, o.workflow, o.parent_run, o.facts
  from millrace.run r
  join millrace.run_origin o on o.id = any (array[r.id])
  where r.id > $1::bigint
  order by r.id
  limit $2::int
),
old as materialized (
  select l.id, l.facts
  from looked l
  where l.ended_at <= millrace.clock() - $3::bigint
    and not exists (select from millrace.run_origin p where p.id = l.parent_run offset 0)
    and not exists (
      select from millrace.run_origin c
      where c.parent_run = l.id
        and (select r.status from millrace.run r where r.id = c.id) in ('queued', 'running', 'paused')
      offset 0
    )
    and not exists (
      select from millrace.rerun n
      where n.rerun_of = l.id
        and (select r.status from millrace.run r where r.id = n.run) in ('queued', 'running', 'paused')
      offset 0
    )
    -- The start keys of the hooks that a run called, as hook-start-key.ts of the engine and run-facts.ts write them. Looked at for
    -- each run by itself: as a set that is joined, all hooks would be looked through for each run.
    and not exists (
      select from millrace.workflow f
      cross join lateral json_array_elements(case when l.control like '%"hooks":%' then l.control::json -> 'hooks' end) h
      cross join lateral (
        select o.id
        from millrace.run_origin o
        where o.start_key
          = '[' || to_json(f.workspace)::text || ',' || to_json('hook:' || l.id || ':' || (h.value ->> 'call'))::text || ']'
        offset 0
      ) k
      where f.id = l.workflow
        and (select r.status from millrace.run r where r.id = k.id) in ('queued', 'running', 'paused')
    )
    and not exists (select from millrace.work w where w.run = l.id offset 0)
    and not exists (select from millrace.outbox m where m.run = l.id offset 0)
),
removed as (
  delete from millrace.run r
  using old
  where r.id = any (array[old.id])
  returning r.id, old.facts
),
origin_removed as (
  delete from millrace.run_origin o
  using removed
  where o.id = any (array[removed.id])
),
noted as (
  insert into millrace.removed_run (id, facts)
  select removed.id, removed.facts
  from removed
  on conflict do nothing
)
select (select count(*)::int from looked) as looked, (select count(*)::int from removed) as removed,
  (select bool_or(l.created_at <= millrace.clock() - $3::bigint) from looked l) as any_old,
  (select max(l.id) from looked l) as last
