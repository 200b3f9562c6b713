with gone as (
  delete from millrace.account_group g
  where g.name = $1
  returning g.name
),
unbound as (
  delete from millrace.role_binding b
  using gone
  where b.subject_kind = 'group' and b.subject = gone.name
)
select name
from gone
