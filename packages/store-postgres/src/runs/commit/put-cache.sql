-- The newest output of a key stands, of those in one batch the last that is committed; its time begins with the commit. In the
-- order of the keys, as all that commits lock.
cache_put as (
  insert into millrace.cache (workspace, key, label, workflow, folder, step, run, output, created_at, expires_at)
  select distinct on (x.workspace collate "C", x.key collate "C") x.workspace, x.key, x.label, x.workflow, x.folder, x.step, x.run, x.output, millrace.clock(), millrace.clock() + x.ttl
  from unnest(
    :cached_runs::bigint[], :cached_workspaces::text[], :cached_keys::text[],
    string_to_array(:cached_labels, :separator, :absent),
    :cached_workflows::text[], :cached_folders::text[], :cached_steps::text[], string_to_array(:cached_outputs, :separator, :absent),
    :cached_ttls::bigint[]
  ) with ordinality as x (run, workspace, key, label, workflow, folder, step, output, ttl, position)
  where (x.run in (select id from committed)) is true
  order by x.workspace collate "C", x.key collate "C", x.position desc
  on conflict (workspace, key) do update
  set label = excluded.label, workflow = excluded.workflow, folder = excluded.folder, step = excluded.step,
    run = excluded.run, output = excluded.output, created_at = excluded.created_at, expires_at = excluded.expires_at
)
