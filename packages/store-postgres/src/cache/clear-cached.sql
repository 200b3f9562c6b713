-- Removes what has not expired; the rest is nobody's business any more.
with gone as (
  delete from millrace.cache c
  where ($1::text is null or c.workspace = $1)
    and ($2::text is null or c.workflow = $2)
    and ($3::text is null or c.step = $3)
    and ($4::text is null or c.label = $4)
    and ($5::text[] is null or (c.workspace, c.workflow, c.folder) in (select * from unnest($5::text[], $6::text[], $7::text[])))
    and c.expires_at > millrace.clock()
  returning 1
)
select count(*)::int as count
from gone
