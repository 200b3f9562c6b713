-- Nobody takes the event up again.
update millrace.event e
set visible_at = null, outcome = $2
where e.id = $1
