-- Removes what has not expired; the rest is nobody's business any more.
with gone as (
  delete from millrace.cache c
  where ($1::text is null or c.workspace = $1)
    and ($2::text is null or c.workflow = $2)
    and ($3::text is null or c.step = $3)
    and ($4::text is null or c.label = $4)
    and ($5::text[] is null or (c.workspace, c.workflow) in (select x.workspace, x.workflow from unnest($5::text[], $6::text[]) x (workspace, workflow)))
    and c.expires_at > millrace.clock()
  returning 1
)
select count(*)::int as count
from gone
