-- Attempts of runs that were removed, at most so many.
with removed as (
  delete from millrace.attempt a
  where a.ctid = any (
    array(
      select b.ctid
      from unnest($1::bigint[]) as x (run)
      cross join lateral (select v.id from millrace.removed_run v where v.id = x.run offset 0) v
      join millrace.attempt b on b.run = any (array[v.id])
      limit $2::int
    )
  )
  returning 1
)
select count(*)::int as count
from removed
