-- Only what still is as it was read: a value that was set meanwhile stays.
update millrace.secret s
set key_id = $4, envelope = $5
where s.workspace = $1 and s.name = $2 and s.envelope = $3
returning s.name
