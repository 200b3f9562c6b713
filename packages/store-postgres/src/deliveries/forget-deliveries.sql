-- Oldest first, a bounded number, so that no call takes long.
delete from millrace.delivery d
where d.id in (
  select o.id
  from millrace.delivery o
  where o.received_at < millrace.clock() - $1::bigint
  order by o.received_at
  limit $2
)
returning d.id
