-- Writes what was decided of whole requests that still wait. A row that a commit is about to change is left alone, with its
-- whole request: nothing here waits for a commit, so there is no circle of locks.
with decided as (
  select *
  from unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], string_to_array($8::text, E'\x1f', E'\x1e'))
    with ordinality as x (run, step, iteration, item, attempt, request, demands, refusal, place)
),
locked as (
  select s.run, s.step, s.iteration, s.item, s.attempt, s.request, s.ordinal, d.demands, d.refusal, d.place
  from decided d
  join millrace.slot s
    on s.run = any (array[d.run]) and s.step = d.step and s.iteration = d.iteration and s.item = d.item and s.attempt = d.attempt
    and s.request = d.request
  where s.waiting is distinct from false
  for update of s skip locked
),
whole as (
  select l.place
  from locked l
  group by l.place, l.demands
  having count(*) = l.demands
),
written as (
  update millrace.slot s
  set waiting = false, impatient = false, untold = true, decided_at = millrace.clock(), refusal = l.refusal,
    holding = l.refusal is null and s.kind <> 'rate'
  from locked l
  join whole w on w.place = l.place
  where s.run = any (array[l.run]) and s.step = l.step and s.iteration = l.iteration and s.item = l.item and s.attempt = l.attempt
    and s.request = l.request and s.ordinal = l.ordinal
  returning s.key, s.kind, s.per_ms, l.refusal, l.place
),
started as (
  insert into millrace.rate_start (key, number, at, expires_at)
  select w.key,
    (select coalesce(max(r.number), 0) from millrace.rate_start r where r.key = w.key)
      + row_number() over (partition by w.key order by w.place),
    millrace.clock(), millrace.clock() + w.per_ms
  from written w
  where w.kind = 'rate' and w.refusal is null
)
select w.place::int
from whole w
order by w.place
