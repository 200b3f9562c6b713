delete from millrace.join_token t
where t.id = $1
returning t.id
