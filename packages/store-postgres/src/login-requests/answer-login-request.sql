-- Of several at once, one answers. Nobody who is gone meanwhile does.
update millrace.login_request r
set account = a.name, allowed = $3, proof_hash = $4
from millrace.account a
where r.code_hash = $1 and r.account is null and r.until > millrace.clock() and a.name = $2
returning r.*
