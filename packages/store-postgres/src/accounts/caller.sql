-- Ends a statement that begins with who is `shown`: with that account, and all that it may do, at the same moment.
member as (
  select m.member_of
  from shown s
  join millrace.group_member m on m.account = s.account
),
held as (
  select b.*
  from shown s
  join millrace.role_binding b on b.subject_kind = 'account' and b.subject = s.account
  union all
  select b.*
  from member m
  join millrace.role_binding b on b.subject_kind = 'group' and b.subject = m.member_of
)
select s.*, to_json(a) as caller,
  (select coalesce(json_agg(m.member_of order by m.member_of), '[]') from member m) as groups,
  (select coalesce(json_agg(h order by h.subject_kind, h.subject, h.role, h.place), '[]') from held h) as bindings,
  (
    select coalesce(json_agg(r order by r.name), '[]')
    from millrace.role r
    where r.name in (select h.role from held h)
  ) as roles
from shown s
join millrace.account a on a.name = s.account
