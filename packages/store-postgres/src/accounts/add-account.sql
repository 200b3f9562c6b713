-- Of two with the same name, one is added.
insert into millrace.account (name, kind, display_name, email, password_hash, created_at, created_by)
values ($1, $2, $3, $4, $5, millrace.clock(), $6)
on conflict (name) do nothing
returning name
