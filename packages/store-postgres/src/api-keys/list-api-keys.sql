-- Of one account, or ($1 null) of all.
select k.*
from millrace.api_key k
where $1::text is null or k.account = $1
order by k.account, k.created_at, k.id
