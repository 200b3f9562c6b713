select i.account
from millrace.identity i
where i.issuer = $1 and i.subject = $2
