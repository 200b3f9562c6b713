insert into millrace.role_binding (subject_kind, subject, role, place)
values ($1, $2, $3, $4)
on conflict do nothing
