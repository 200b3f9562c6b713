-- The first one who revokes it stands. Its processes are forgotten: nobody renews their leases, so the reaper ends what they hold.
with revoked as (
  update millrace.joined_worker j
  set revoked_at = coalesce(j.revoked_at, millrace.clock()), revoked_by = coalesce(j.revoked_by, $2)
  where j.id = $1
  returning j.*
),
gone as (
  delete from millrace.worker w
  using revoked r
  where w.id > r.id || '.' and w.id < r.id || '/'
)
select r.*
from revoked r
