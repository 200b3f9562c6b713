-- Attempts inside a local run stand as waits: the worker that carries the run out executes them, and nobody claims them.
alter table millrace.wait drop constraint wait_kind_check;
alter table millrace.wait add constraint wait_kind_check check (kind in ('delay', 'retry', 'timer', 'step_timeout',
  'queue_timeout', 'run_timeout', 'cancel_grace', 'child', 'items', 'approval', 'event', 'held', 'slots', 'cache',
  'local'));
