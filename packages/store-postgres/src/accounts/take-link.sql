-- Of several at once, one gets it.
with gone as (
  delete from millrace.one_time_link l
  where l.hash = $1
  returning l.*
)
select g.hash, g.purpose, g.account
from gone g
where g.until > millrace.clock()
