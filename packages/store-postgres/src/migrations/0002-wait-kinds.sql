-- Runs also wait because they are paused, for limits that runs share, and for the cache.
alter table millrace.wait drop constraint wait_kind_check;
alter table millrace.wait add constraint wait_kind_check check (kind in ('delay', 'retry', 'timer', 'step_timeout',
  'queue_timeout', 'run_timeout', 'cancel_grace', 'child', 'items', 'approval', 'event', 'held', 'slots', 'cache'));
