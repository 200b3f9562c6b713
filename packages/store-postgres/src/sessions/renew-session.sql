-- Spends a refresh token: of two at once, one finds the session with it, the other finds it spent.
with live as (
  select s.id
  from millrace.session s
  where s.refresh_hash = $1 and s.ended_at is null and s.until > millrace.clock()
  for update
),
spent as (
  insert into millrace.spent_refresh (hash, session, spent_at)
  select $1, live.id, millrace.clock()
  from live
)
update millrace.session s
set access_hash = $2, access_until = millrace.clock() + $3::bigint, refresh_hash = $4, renewed_at = millrace.clock()
from live
where s.id = live.id
returning s.*
