-- The value of a secret, in place of what it was.
insert into millrace.secret as s (workspace, name, key_id, envelope, updated_at, updated_by)
values ($1, $2, $3, $4, millrace.clock(), $5)
on conflict (workspace, name) do update
set key_id = excluded.key_id, envelope = excluded.envelope, updated_at = excluded.updated_at, updated_by = excluded.updated_by
