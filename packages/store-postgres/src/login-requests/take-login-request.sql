-- Of several at once, one uses up what was answered; what waits stays. Without the proof of the answer nothing happens.
with taken as (
  delete from millrace.login_request r
  where r.challenge = $1 and r.until > millrace.clock() and r.account is not null
    and (not r.allowed or r.proof_hash is not distinct from $2)
  returning r.allowed, r.account, r.machine
)
select case when t.allowed then 'allowed' else 'refused' end as outcome, t.account, t.machine
from taken t
union all
select 'waiting', null, null
from millrace.login_request r
where r.challenge = $1 and r.until > millrace.clock() and r.account is null
