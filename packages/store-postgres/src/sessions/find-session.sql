-- The session of an access token that is good still. Goes on in accounts/caller.sql.
with shown as (
  select s.*
  from millrace.session s
  where s.access_hash = $1 and s.ended_at is null and s.access_until > millrace.clock() and s.until > millrace.clock()
)
