-- Stores the revision and makes it live, both or nothing. One that was not live begins to be it now.
with before as (
  select w.revision
  from millrace.workspace w
  where w.name = $1
),
stored as (
  insert into millrace.revision as r (workspace, revision, workflows, triggers, files, queues, created_at)
  values ($1, $2, $3, $4, $5, $8, millrace.clock())
  on conflict (workspace, revision) do update
  set workflows = excluded.workflows, triggers = excluded.triggers, files = excluded.files,
    queues = excluded.queues,
    created_at = case
      when r.revision = (select b.revision from before b) then r.created_at
      else excluded.created_at
    end
)
insert into millrace.workspace as w (name, source, revision, revision_at, synced_at, diagnostics)
values ($1, $6, $2, millrace.clock(), millrace.clock(), $7)
on conflict (name) do update
set source = excluded.source, revision = excluded.revision,
  revision_at = case when w.revision = excluded.revision then w.revision_at else excluded.revision_at end,
  synced_at = excluded.synced_at, diagnostics = excluded.diagnostics
