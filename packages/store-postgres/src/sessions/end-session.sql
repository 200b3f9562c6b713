update millrace.session s
set ended_at = millrace.clock()
where s.id = $1 and s.ended_at is null and s.until > millrace.clock()
returning s.id
