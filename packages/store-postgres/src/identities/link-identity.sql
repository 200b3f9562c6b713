-- Of two that link the same identity, one does. Nobody who is gone meanwhile is linked.
insert into millrace.identity (issuer, subject, account, provider, linked_at)
select $1, $2, a.name, $4, millrace.clock()
from millrace.account a
where a.name = $3
on conflict (issuer, subject) do nothing
returning account
