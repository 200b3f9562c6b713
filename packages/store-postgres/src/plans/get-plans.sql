select p.hash, p.document
from millrace.plan p
where p.hash = any ($1::text[])
