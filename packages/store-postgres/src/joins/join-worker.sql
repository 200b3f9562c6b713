-- A use is taken and the worker added, both or neither. One that is there with the same token is given as it is, and uses nothing.
-- Workers that nobody heard of for long are forgotten on the way, revoked ones too.
with forgotten as (
  delete from millrace.joined_worker j
  where j.used_at < millrace.clock() - $6::bigint and j.id <> $3
),
known as (
  select j.*
  from millrace.joined_worker j
  where j.id = $3 and j.hash = $4
),
taken as (
  update millrace.join_token t
  set uses = t.uses + 1, used_at = millrace.clock()
  where t.id = $1 and t.hash = $2 and (t.until is null or t.until > millrace.clock())
    and (t.most_uses is null or t.uses < t.most_uses)
    and not exists (select from millrace.joined_worker j where j.id = $3)
  returning t.id, t.bounds, t.used_at
),
added as (
  insert into millrace.joined_worker as j (id, name, bounds, join_token, hash, joined_at, used_at, rotated_at)
  select $3, $5, t.bounds, t.id, $4, t.used_at, t.used_at, t.used_at
  from taken t
  on conflict (id) do nothing
  returning j.*
)
select * from known
union all
select * from added
