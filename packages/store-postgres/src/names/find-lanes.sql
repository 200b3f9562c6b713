select l.id, l.key
from millrace.lane l
where l.key = any ($1::text[])
