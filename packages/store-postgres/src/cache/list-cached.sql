-- A filter that is null matches all; a page begins behind the entry ($5, $6, $7).
select c.workspace, c.key, c.label, c.workflow, c.folder, c.step, c.run, octet_length(coalesce(c.output, '')) as size, c.created_at,
  c.expires_at
from millrace.cache c
where ($1::text is null or c.workspace = $1)
  and ($2::text is null or c.workflow = $2)
  and ($3::text is null or c.step = $3)
  and ($4::text is null or c.label = $4)
  and ($5::bigint is null or (c.created_at, c.key, c.workspace) < ($5::bigint, $6::text, $7::text))
  and ($9::text[] is null or (c.workspace, c.workflow, c.folder) in (select * from unnest($9::text[], $10::text[], $11::text[])))
  and c.expires_at > millrace.clock()
order by c.created_at desc, c.key desc, c.workspace desc
limit $8
