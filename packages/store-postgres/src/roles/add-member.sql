-- Tells whether both are there; a member twice is a member.
with both_of as (
  select a.name as account, g.name as member_of
  from millrace.account a, millrace.account_group g
  where a.name = $2 and g.name = $1
),
added as (
  insert into millrace.group_member (account, member_of)
  select account, member_of
  from both_of
  on conflict do nothing
)
select account
from both_of
