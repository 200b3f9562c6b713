-- Looks at the next events in the order of their numbers; what was not delivered stays, however old it is.
with looked as materialized (
  select e.id, e.visible_at is null and e.created_at <= millrace.clock() - $3::bigint as removable,
    e.created_at <= millrace.clock() - $3::bigint as old
  from millrace.event e
  where e.id > $1::bigint
  order by e.id
  limit $2::int
),
removed as (
  delete from millrace.event e
  using looked l
  where e.id = any (array[l.id]) and l.removable and e.visible_at is null
  returning e.id
)
select (select count(*)::int from looked) as looked, (select count(*)::int from removed) as removed,
  (select bool_or(l.old) from looked l) as any_old, (select max(l.id) from looked l) as last
