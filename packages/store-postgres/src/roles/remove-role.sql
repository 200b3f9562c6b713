with gone as (
  delete from millrace.role r
  where r.name = $1
  returning r.name
),
unbound as (
  delete from millrace.role_binding b
  using gone
  where b.role = gone.name
)
select name
from gone
