-- In place of the one before, which works no more.
with gone as (
  delete from millrace.one_time_link l
  where l.purpose = $2 and l.account is not distinct from $3
)
insert into millrace.one_time_link (hash, purpose, account, until)
values ($1, $2, $3, millrace.clock() + $4::bigint)
