select g.name, g.description,
  coalesce((select array_agg(m.account order by m.account) from millrace.group_member m where m.member_of = g.name), '{}')
    as members
from millrace.account_group g
order by g.name
