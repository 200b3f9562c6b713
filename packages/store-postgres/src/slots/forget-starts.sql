-- Starts that no window reaches any more.
delete from millrace.rate_start r
where r.expires_at <= millrace.clock()
