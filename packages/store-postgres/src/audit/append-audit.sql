-- Adds entries to the end of the chain, in their order and without a gap. Of several servers at once, each waits for the
-- other's statement and goes on from its end: the lock gives the newest head, whatever this statement could see before.
with recursive head as materialized (
  select h.number, h.hash
  from millrace.audit_head h
  for update
),
-- hash(n) = sha256(n, hash(n-1), document(n)), with line feeds between: chain.ts
chained (place, number, previous_hash, hash) as (
  select 0, head.number, ''::text, head.hash
  from head
  union all
  select c.place + 1, c.number + 1, c.hash,
    encode(sha256(convert_to(concat_ws(chr(10), c.number + 1, c.hash, ($1::text[])[c.place + 1]), 'UTF8')), 'hex')
  from chained c
  where c.place < cardinality($1::text[])
),
added as (
  insert into millrace.audit
    (number, previous_hash, hash, document, at, actor, operation, workspace, object, outcome)
  select c.number, c.previous_hash, c.hash, e.document, e.at, e.actor, e.operation, e.workspace, e.object, e.outcome
  from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
    with ordinality as e (document, at, actor, operation, workspace, object, outcome, place)
  join chained c on c.place = e.place
)
update millrace.audit_head h
set number = c.number, hash = c.hash
from chained c
where c.place = cardinality($1::text[])
returning h.number, h.hash
