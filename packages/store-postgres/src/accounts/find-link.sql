select l.hash, l.purpose, l.account
from millrace.one_time_link l
where l.hash = $1 and l.until > millrace.clock()
