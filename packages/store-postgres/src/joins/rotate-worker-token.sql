-- Only from the current token; no row: another one is.
update millrace.joined_worker j
set hash = $3, previous_hash = $2, previous_until = millrace.clock() + $4::bigint, rotated_at = millrace.clock(),
  used_at = millrace.clock()
where j.id = $1 and j.hash = $2 and j.revoked_at is null
returning j.id
