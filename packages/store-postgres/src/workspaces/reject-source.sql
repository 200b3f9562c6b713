-- The live revision stays.
insert into millrace.workspace (name, source, revision, revision_at, synced_at, diagnostics)
values ($1, $2, null, null, millrace.clock(), $3)
on conflict (name) do update
set source = excluded.source, synced_at = excluded.synced_at, diagnostics = excluded.diagnostics
