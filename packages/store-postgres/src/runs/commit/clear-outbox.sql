-- A message dies with the commit that acts on it; `receiver` is the run of that commit.
outbox_cleared as (
  delete from millrace.outbox o
  using unnest(:delivered_receivers::bigint[], :delivered_runs::bigint[], :delivered_versions::int[], :delivered_ordinals::int[])
    as x (receiver, run, version, ordinal)
  where o.run = any (array[x.run]) and o.version = x.version and o.ordinal = x.ordinal
    and (x.receiver in (select id from committed)) is true
)
