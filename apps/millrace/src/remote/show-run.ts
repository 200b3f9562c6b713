import type { Run, RunStep } from '@millrace/api';
import { formatDuration } from '../terminal/duration.ts';
import { statusText } from '../terminal/progress-view.ts';
import { printable, type Style } from '../terminal/style.ts';
import { formatTable } from '../terminal/table.ts';

/** How long something took, or has taken so far; empty when it did not begin. */
export function timeTaken(startedAt: string | null, endedAt: string | null, now = Date.now()): string {
  if (startedAt === null) return '';
  return formatDuration((endedAt === null ? now : Date.parse(endedAt)) - Date.parse(startedAt));
}

/** Who paused a run, since when, and why. */
export function pauseText({ at, by, reason, with_parent: withParent }: NonNullable<Run['paused']>): string {
  const how = withParent ? ' with its parent' : '';
  return `by ${printable(by)}${how} since ${at}${reason === null ? '' : `: ${printable(reason)}`}`;
}

function noteOf({ reason, reused, items }: RunStep): string {
  const count = items === null ? '' : `${items.succeeded}/${items.total} items`;
  if (reused === null) return reason ?? count;
  return reused.items === null
    ? `reused from run ${reused.run}`
    : `${count}, ${reused.items} reused from run ${reused.run}`;
}

/** Of which run it is a re-run, and which are re-runs of it. */
function lineageOf({ rerun_of: of, reruns }: Run): string {
  const again = reruns.map(({ run, status }) => `${run} (${status})`).join(', ');
  return [of === null ? '' : `re-run of run ${of.run}`, again === '' ? '' : `re-run as ${again}`]
    .filter((text) => text !== '')
    .join('; ');
}

/** A run for people: what it is, how its steps stand, and what came of it. */
export function describeRun(run: Run, style: Style): string {
  const time = timeTaken(run.started_at, run.ended_at);
  const head = `${statusText(run.status, style).trimEnd()} run ${run.id} of ${run.workspace}/${run.workflow}${time === '' ? '' : ` in ${time}`}`;
  const paused = run.paused === null ? '' : `\n${style.yellow('paused')} ${pauseText(run.paused)}`;
  const rows = Object.entries(run.steps).map(([name, step]) => [
    name,
    step.status,
    step.attempts > 1 ? String(step.attempts) : '',
    timeTaken(step.started_at, step.ended_at),
    printable(step.error?.message ?? noteOf(step)),
  ]);
  const lineage = lineageOf(run);
  const parts = [
    `${head}${paused}`,
    ...(lineage === '' ? [] : [style.dim(lineage)]),
    formatTable(['STEP', 'STATUS', 'TRIES', 'TIME', ''], rows),
  ];
  if (run.error !== null) {
    parts.push(`${style.red('error')} ${printable(run.error.message)} ${style.dim(`[${run.error.code}]`)}`);
    if (run.error.hint !== undefined) parts.push(`  ${style.cyan('hint:')} ${printable(run.error.hint)}`);
  }
  if (run.hooks.length > 0) {
    const hooks = run.hooks.map((called) => [
      called.hook,
      called.action,
      called.run ?? '',
      called.status ?? (called.error === null ? 'starting' : 'not called'),
      printable(called.error?.message ?? ''),
    ]);
    parts.push(formatTable(['HOOK', 'CALLS', 'RUN', 'STATUS', ''], hooks));
  }
  if (run.output !== null) parts.push(JSON.stringify(run.output, null, 2));
  return `${parts.join('\n')}\n`;
}
