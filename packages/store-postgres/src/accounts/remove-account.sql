-- What else it had goes by foreign keys; bindings name groups as well, so they have none.
with gone as (
  delete from millrace.account a
  where a.name = $1
  returning a.name
),
unbound as (
  delete from millrace.role_binding b
  using gone
  where b.subject_kind = 'account' and b.subject = gone.name
)
select name
from gone
