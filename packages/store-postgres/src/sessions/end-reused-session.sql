-- A spent token: ends its session, unless it was spent a moment ago; then `fresh` tells so. No row: it is not known.
with family as (
  select s.id, r.spent_at + $2::bigint > millrace.clock() as fresh
  from millrace.spent_refresh r
  join millrace.session s on s.id = r.session
  where r.hash = $1 and s.ended_at is null and s.until > millrace.clock()
  for update of s
),
ended as (
  update millrace.session s
  set ended_at = millrace.clock()
  from family f
  where s.id = f.id and not f.fresh
)
select f.fresh, s.*
from family f
join millrace.session s on s.id = f.id
