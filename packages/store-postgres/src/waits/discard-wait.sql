-- Only this very wait: one that was set anew meanwhile stays.
delete from millrace.wait w
where w.run = $1 and w.step = $2 and w.iteration = $3 and w.item = $4 and w.kind = $5 and w.attempt = $6 and w.due_at = $7
