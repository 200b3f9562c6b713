-- The lease begins now, whether the worker is new or not.
insert into millrace.worker as w (id, document, lease_until, registered_at)
values ($1, $2, millrace.clock() + $3::bigint, millrace.clock())
on conflict (id) do update
set document = excluded.document, lease_until = excluded.lease_until
returning exists (select from millrace.draining d where d.worker = w.id) as draining
