import { isRunEnd, type LoadedRun } from '@millrace/core';
import { failingWorkflow } from '../workload.ts';
import { stepRun, type Violate } from './histories.ts';

/** A run has ended, once, and so has everything in it. */
export function checkRows({ run, attempts, work, waits }: LoadedRun, violate: Violate): void {
  const name = `Run ${run.id} (${run.workflow})`;
  if (!isRunEnd(run.status)) violate(`${name} has not ended: ${run.status}.`);
  if (isRunEnd(run.status) !== (run.endedAt !== null)) violate(`${name} is ${run.status}, ended at ${run.endedAt}.`);
  if (work.length + waits.length > 0) violate(`${name} keeps ${work.length} rows of work, ${waits.length} waits.`);
  for (const [key, rows] of Map.groupBy(attempts, stepRun)) {
    const final = rows.filter((row) => row.final);
    if (final.length !== 1) violate(`${name}, step ${key}: ${final.length} final attempts.`);
    const numbers = rows.map(({ attempt }) => attempt).sort((a, b) => a - b);
    const first = numbers[0] === 0 ? 0 : 1;
    if (numbers.some((number, index) => number !== first + index)) {
      violate(`${name}, step ${key}: its attempts are ${numbers.join(', ')}.`);
    }
    if (final[0]?.attempt !== numbers.at(-1)) violate(`${name}, step ${key}: attempts after the final one.`);
  }
  const unmeant = attempts.filter(
    (row) => !row.final && row.reason !== 'worker_lost' && run.workflow !== failingWorkflow,
  );
  for (const [code, rows] of Map.groupBy(unmeant, ({ error }) => error?.code)) {
    violate(
      `${name}: ${rows.length} attempts were used up by ${code}, not by their bodies: ${rows[0]?.error?.message}`,
    );
  }
}

/** Each attempt that calls a workflow has one child, and knows how that ended. */
export function checkChildren(runs: readonly LoadedRun[], violate: Violate): void {
  const children = runs.filter(({ run }) => run.parent !== null);
  const byAttempt = Map.groupBy(children, ({ run: { parent } }) =>
    [parent?.run, parent?.step, parent?.iteration, parent?.item, parent?.attempt].join('/'),
  );
  for (const [key, same] of byAttempt) {
    if (same.length > 1)
      violate(`Attempt ${key} has ${same.length} children: ${same.map(({ run }) => run.id).join(', ')}`);
  }
  const started = new Map(runs.map((loaded) => [loaded.run.id, loaded]));
  for (const { run } of children) {
    const { parent } = run;
    if (parent === null) continue;
    const ended = started
      .get(parent.run)
      ?.attempts.find(
        (row) =>
          row.step === parent.step &&
          row.iteration === parent.iteration &&
          row.item === parent.item &&
          row.attempt === parent.attempt,
      );
    if (ended?.status !== run.status || ended.output !== run.output) {
      violate(
        `Run ${run.id} ended ${run.status} with ${run.output}; its parent knows ${ended?.status} ${ended?.output}.`,
      );
    }
  }
}
