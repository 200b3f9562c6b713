-- A key that is good still. Its use is noted once a minute, so that a busy key writes little. Goes on in accounts/caller.sql.
with good as (
  select k.*
  from millrace.api_key k
  where k.id = $1 and k.hash = $2 and (k.until is null or k.until > millrace.clock())
),
noted as (
  update millrace.api_key k
  set used_at = millrace.clock()
  from good g
  where k.id = g.id and (g.used_at is null or g.used_at <= millrace.clock() - $3::bigint)
  returning k.id, k.used_at
),
shown as (
  select g.id, g.account, g.name, g.scopes, g.created_at, g.created_by, g.until, coalesce(n.used_at, g.used_at) as used_at
  from good g
  left join noted n on n.id = g.id
)
