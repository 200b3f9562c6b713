-- Those that are over, so that they do not pile up.
delete from millrace.login_request r
where r.until <= millrace.clock()
