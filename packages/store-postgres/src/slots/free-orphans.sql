-- Slots whose holder is gone: its run has ended, or the step run has neither work nor a wait in place of it.
with orphan as (
  select distinct s.run, s.step, s.iteration, s.item, s.attempt, s.request
  from millrace.slot s
  left join millrace.run r on r.id = any (array[s.run])
  where r.id is null or r.status not in ('queued', 'running', 'paused')
    or (
      s.step >= 0
      and not exists (
        select from millrace.work w
        where w.run = any (array[s.run]) and w.step = s.step and w.iteration = s.iteration and w.item = s.item
      )
      and not exists (
        select from millrace.wait w
        where w.run = any (array[s.run]) and w.step = s.step and w.iteration = s.iteration and w.item = s.item
          and w.kind in ('slots', 'timer', 'child', 'approval', 'event')
      )
    )
)
delete from millrace.slot s
using orphan o
where s.run = any (array[o.run]) and s.step = o.step and s.iteration = o.iteration and s.item = o.item and s.attempt = o.attempt
  and s.request = o.request
returning s.run, s.step, s.iteration, s.item, s.attempt, s.request, s.ordinal
