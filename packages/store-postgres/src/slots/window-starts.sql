-- The starts that decide whether the next ones have room: those just before the last `most`.
select k.key, r.number::text, r.at
from unnest($1::text[], $2::bigint[], $3::bigint[]) as k (key, first, last)
join millrace.rate_start r on r.key = k.key and r.number between k.first and k.last
