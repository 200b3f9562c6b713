rerun_noted as (
  insert into millrace.rerun (rerun_of, run)
  select x.rerun_of, x.run
  from unnest(:rerun_of::bigint[], :rerun_runs::bigint[]) as x (rerun_of, run)
  where (x.run in (select id from committed)) is true
)
