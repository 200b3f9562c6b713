delete from millrace.outbox o
using unnest($1::bigint[], $2::int[], $3::int[]) as x (run, version, ordinal)
where o.run = any (array[x.run]) and o.version = x.version and o.ordinal = x.ordinal
