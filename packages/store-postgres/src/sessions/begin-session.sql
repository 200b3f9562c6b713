insert into millrace.session as s (
  id, account, access_hash, access_until, refresh_hash, created_at, renewed_at, until, address, agent
)
select $1, $2, $3, n.at + $4::bigint, $5, n.at, n.at, n.at + $6::bigint, $7, $8
from (select millrace.clock() as at) n
returning s.*
