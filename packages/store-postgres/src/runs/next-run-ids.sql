-- Ids that no other server gets.
select nextval('millrace.run_id')::text as id
from generate_series(1, $1::int)
