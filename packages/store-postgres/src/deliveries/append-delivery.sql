insert into millrace.delivery (workspace, webhook, received_at, outcome, reason, run, start_key, kept, facts, content,
  folder)
values ($1, $2, millrace.clock(), $3, $4, $5, $6, $7, $8, $9, $10)
returning *
