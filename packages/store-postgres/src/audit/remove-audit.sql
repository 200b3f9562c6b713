-- The first rows of those that may go, so that what stays is a whole chain.
with old as (
  select a.number
  from millrace.audit a
  where a.number <= (select h.removable from millrace.audit_head h)
  order by a.number
  limit $1::int
)
delete from millrace.audit a
using old
where a.number = old.number
returning a.number
