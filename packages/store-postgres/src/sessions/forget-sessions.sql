-- Those of an account that ended, so that they do not pile up; their spent tokens go with them.
delete from millrace.session s
where s.account = $1 and (s.until <= millrace.clock() or s.ended_at is not null)
