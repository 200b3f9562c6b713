import type { RunSummary } from '@millrace/api';

/** What started a run, in few words: `schedule nightly`, `run 1042`, `command line`. */
export function triggerText({
  trigger,
  parent,
  rerun_of,
}: Pick<RunSummary, 'trigger' | 'parent' | 'rerun_of'>): string {
  if (rerun_of !== null) return `re-run of ${rerun_of.run}`;
  if (parent !== null) return `run ${parent.run}`;
  const named = [trigger.schedule, trigger.webhook, trigger.trigger, trigger.hook, trigger.name].find(
    (name) => typeof name === 'string',
  );
  const type = typeof trigger.type === 'string' ? (words[trigger.type] ?? trigger.type) : 'unknown';
  return named === undefined ? type : `${type} ${String(named)}`;
}

const words: Readonly<Record<string, string>> = { api: 'API', cli: 'command line', workflow: 'workflow' };
