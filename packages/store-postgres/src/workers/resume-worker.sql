-- The mark is gone, whether the worker is known or not; no row: it is not.
with resumed as (
  delete from millrace.draining d
  where d.worker = $1
)
select w.id
from millrace.worker w
where w.id = $1
