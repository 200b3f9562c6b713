insert into millrace.account_group as g (name, description)
values ($1, $2)
on conflict (name) do update
set description = excluded.description
