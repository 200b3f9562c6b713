insert into millrace.api_key as k (id, hash, account, name, scopes, created_at, created_by, until)
select $1, $2, $3, $4, $5, n.at, $6, n.at + $7::bigint
from (select millrace.clock() as at) n
returning k.*
