-- The keys that somebody waits for, each found by one look into the index.
with recursive waiting (key, left_over) as (
  (select s.key, $2::int from millrace.slot s where s.waiting and s.key > $1::text collate "C" order by s.key limit 1)
  union all
  select
    (select s.key from millrace.slot s where s.waiting and s.key > w.key order by s.key limit 1),
    w.left_over - 1
  from waiting w
  where w.key is not null and w.left_over > 1
)
select w.key, o.workspace, o.kind, o.name
from waiting w
cross join lateral (
  select s.workspace, s.kind, s.name from millrace.slot s where s.waiting and s.key = w.key limit 1
) o
where w.key is not null
order by w.key
