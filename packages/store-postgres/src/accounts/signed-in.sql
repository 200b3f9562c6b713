update millrace.account a
set failures = 0, locked_until = null, signed_in_at = millrace.clock()
where a.name = $1
