insert into millrace.login_request (challenge, code_hash, port, state, machine, address, created_at, until)
values ($1, $2, $3, $4, $5, $6, millrace.clock(), millrace.clock() + $7::bigint)
