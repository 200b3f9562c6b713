-- Adds an event unless its key is taken in its workspace; then there is no row. Undelivered: it is visible to takers.
insert into millrace.event (id, workspace, type, payload, source, key, created_at, visible_at)
values (nextval('millrace.event_id'), $1, $2, $3, $4, $5, millrace.clock(), millrace.clock())
on conflict do nothing
returning id, workspace, type, payload, source, key, created_at
