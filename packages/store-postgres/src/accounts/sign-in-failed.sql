update millrace.account a
set failures = a.failures + 1,
  locked_until = case when a.failures + 1 >= $2 then millrace.clock() + $3::bigint else a.locked_until end
where a.name = $1
