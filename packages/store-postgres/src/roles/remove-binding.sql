delete from millrace.role_binding b
where b.subject_kind = $1 and b.subject = $2 and b.role = $3 and b.place = $4
returning b.role
