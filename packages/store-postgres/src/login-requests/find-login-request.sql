-- One that nobody has answered yet.
select r.*
from millrace.login_request r
where r.code_hash = $1 and r.account is null and r.until > millrace.clock()
