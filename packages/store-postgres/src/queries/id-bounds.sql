-- Finds a moment among runs without an index on time: by halving the range of ids. `above`: a run that was created at or
-- before $1; `below`: one that was created after it; as near to each other as the order of ids allows.
with recursive search (low, high, above, below) as (
  select
    (select min(o.id) from millrace.run_origin o),
    (select max(o.id) + 1 from millrace.run_origin o),
    null::bigint,
    null::bigint
  union all
  select
    case when p.created_at <= $1 then p.id + 1 else s.low end,
    case when p.created_at <= $1 then s.high else s.low + (s.high - s.low) / 2 end,
    case when p.created_at <= $1 then p.id else s.above end,
    case when p.created_at > $1 then p.id else s.below end
  from search s
  left join lateral (
    select o.id, o.created_at
    from millrace.run_origin o
    where o.id >= s.low + (s.high - s.low) / 2 and o.id < s.high
    order by o.id
    limit 1
  ) p on true
  where s.low < s.high
)
select s.above, s.below
from search s
order by s.high - s.low
limit 1
