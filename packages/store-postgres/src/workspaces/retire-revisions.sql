-- Forgets revisions that were replaced long ago and that no live run is pinned to. The live one always stays.
with replaced as (
  select r.workspace, r.revision
  from millrace.revision r
  where exists (
      select 1
      from millrace.revision n
      where n.workspace = r.workspace
        and n.created_at > r.created_at
        and n.created_at <= millrace.clock() - $1::bigint
    )
    and not exists (
      select 1
      from millrace.workspace w
      where w.name = r.workspace and w.revision = r.revision
    )
),
needed as (
  select distinct f.workspace, p.revision
  from millrace.run l
  join millrace.run_origin o on o.id = l.id
  join millrace.pinned_workflow p on p.id = o.pinned
  join millrace.workflow f on f.id = p.workflow
  where l.status in ('queued', 'running', 'paused')
    and exists (select 1 from replaced)
),
retired as (
  select r.workspace, r.revision
  from replaced r
  where not exists (select 1 from needed n where n.workspace = r.workspace and n.revision = r.revision)
  order by r.workspace, r.revision
  limit $2
)
delete from millrace.revision r
using retired x
where r.workspace = x.workspace and r.revision = x.revision
returning r.workspace, r.revision, r.files
