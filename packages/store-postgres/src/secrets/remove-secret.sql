delete from millrace.secret s
where s.workspace = $1 and s.name = $2
returning s.name
