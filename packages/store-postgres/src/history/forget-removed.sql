-- The last rows of runs that were removed.
with tags as (
  delete from millrace.run_tag t
  using unnest($2::bigint[], $3::text[]) as x (run, tag)
  where t.tag = any (array[x.tag]) and t.run = x.run
),
waits as (
  delete from millrace.wait w
  using unnest($1::bigint[]) as x (run)
  where w.run = any (array[x.run])
),
-- As re-runs of others, and as runs that others are re-runs of.
reruns as (
  delete from millrace.rerun n
  using unnest($4::bigint[], $5::bigint[]) as x (rerun_of, run)
  where n.rerun_of = any (array[x.rerun_of]) and n.run = x.run
),
rerun_by as (
  delete from millrace.rerun n
  using unnest($1::bigint[]) as x (run)
  where n.rerun_of = any (array[x.run])
)
delete from millrace.removed_run v
using unnest($1::bigint[]) as x (run)
where v.id = any (array[x.run])
