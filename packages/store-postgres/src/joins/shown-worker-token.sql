-- What a token is worth. A good one is noted once a minute, so that a busy worker writes little.
with found as (
  select j.*, case
    when j.hash = $2 then 'current'
    when j.previous_hash is distinct from $2 then 'wrong'
    when j.previous_until > millrace.clock() then 'previous'
    else 'spent'
  end as shown
  from millrace.joined_worker j
  where j.id = $1
),
noted as (
  update millrace.joined_worker j
  set used_at = millrace.clock()
  from found f
  where j.id = f.id and f.shown in ('current', 'previous') and f.revoked_at is null
    and f.used_at <= millrace.clock() - $3::bigint
  returning j.id, j.used_at
)
select f.id, f.name, f.bounds, f.join_token, f.joined_at, coalesce(n.used_at, f.used_at) as used_at, f.rotated_at,
  f.revoked_at, f.revoked_by, f.shown
from found f
left join noted n on n.id = f.id
