delete from millrace.group_member m
where m.member_of = $1 and m.account = $2
returning m.account
