-- All that an account may do, at one moment: each row is a group, a binding, or a role that people made.
with member as (
  select m.member_of
  from millrace.group_member m
  where m.account = $1
),
held as (
  select b.*
  from millrace.role_binding b
  where b.subject_kind = 'account' and b.subject = $1
  union all
  select b.*
  from member m
  join millrace.role_binding b on b.subject_kind = 'group' and b.subject = m.member_of
)
select 'group' as row_kind, m.member_of as name, null as subject_kind, null as subject, null as text, null as grants
from member m
union all
select 'binding', h.role, h.subject_kind, h.subject, h.place, null
from held h
union all
select 'role', r.name, null, null, r.description, r.grants
from millrace.role r
where r.name in (select h.role from held h)
order by 1, 3, 4, 2, 5
