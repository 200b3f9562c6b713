-- Stores the revision, which never changes, and makes it live, both or nothing.
with stored as (
  insert into millrace.revision (workspace, revision, workflows, triggers, files, created_at)
  values ($1, $2, $3, $4, $5, millrace.clock())
  on conflict (workspace, revision) do nothing
)
insert into millrace.workspace as w (name, source, revision, revision_at, synced_at, diagnostics)
values ($1, $6, $2, millrace.clock(), millrace.clock(), $7)
on conflict (name) do update
set source = excluded.source, revision = excluded.revision,
  revision_at = case when w.revision = excluded.revision then w.revision_at else excluded.revision_at end,
  synced_at = excluded.synced_at, diagnostics = excluded.diagnostics
