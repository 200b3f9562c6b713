insert into millrace.role as r (name, description, grants)
values ($1, $2, $3)
on conflict (name) do update
set description = excluded.description, grants = excluded.grants
