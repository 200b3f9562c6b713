-- A plan's name is its content's hash, so whoever comes second has nothing to add.
insert into millrace.plan (hash, document, created_at)
select x.hash, x.document, millrace.clock()
from unnest($1::text[], $2::text[]) as x (hash, document)
order by x.hash
on conflict (hash) do nothing
