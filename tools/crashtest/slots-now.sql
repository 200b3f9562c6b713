-- Every slot that somebody holds or waits for, and whether its holder is there: of one moment.
select s.run::text, s.step, s.iteration, s.item, s.kind, s.name, s.most, s.holding,
  r.id is not null and r.status in ('queued', 'running', 'paused') and (
    s.step < 0
    or exists (
      select from millrace.work w
      where w.run = s.run and w.step = s.step and w.iteration = s.iteration and w.item = s.item
    )
    or exists (
      select from millrace.wait w
      where w.run = s.run and w.step = s.step and w.iteration = s.iteration and w.item = s.item
        and w.kind in ('slots', 'timer', 'child', 'approval', 'event')
    )
  ) as held
from millrace.slot s
left join millrace.run r on r.id = s.run
