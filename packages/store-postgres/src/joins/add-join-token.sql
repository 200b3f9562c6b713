insert into millrace.join_token as t (id, hash, name, bounds, created_at, created_by, until, most_uses)
select $1, $2, $3, $4, n.at, $5, n.at + $6::bigint, $7
from (select millrace.clock() as at) n
returning t.*
