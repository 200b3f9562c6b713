import type { LoadedRun } from '@millrace/core';
import { controlOf } from '../../../packages/engine/testkit/simulator/run-checks.ts';
import type { Acknowledged } from '../callers.ts';
import { localWorkflow, shapes, supersededWorkflow } from '../workload.ts';
import { type Histories, stepRun, type Violate } from './histories.ts';

/** Clocks of two servers are never further apart, also where they stood still or have just lost their database. */
const clocksApartMs = 1_000;

/** How often a step that does not count losses as attempts may lose its worker: the last loss ends it. */
const lossesThatEnd = 3;

/** Whoever was told that a run has started finds it, with the output that it must give; and no run is there that nobody asked for. */
export function checkStarts(histories: Histories, violate: Violate): void {
  const { runs, acknowledged, cancelled, retried } = histories;
  const byId = new Map(runs.map((loaded) => [String(loaded.run.id), loaded]));
  for (const start of acknowledged) {
    const loaded = byId.get(start.run);
    if (loaded === undefined) violate(`Run ${start.run} (${start.shape}, ${start.key}) was acknowledged and is lost.`);
    else checkStart(start, loaded, violate);
  }
  const known = new Set([...acknowledged.map(({ run }) => run), ...retried.keys()]);
  for (const { run } of runs) {
    if (run.parent !== null || known.has(String(run.id)) || isCalledByRuns(run)) continue;
    violate(`Run ${run.id} (${run.startKey}) has no acknowledgement.`);
  }
  for (const run of cancelled) {
    const status = byId.get(run)?.run.status;
    if (status !== 'cancelled') violate(`Run ${run} was cancelled, and is ${status}.`);
  }
  for (const [run, of] of retried) {
    const { startKey, rerunOf } = byId.get(run)?.run ?? {};
    if (startKey !== `retry:${of}` || rerunOf?.run !== of)
      violate(`Run ${run} was acknowledged as re-run of ${of}; it is ${startKey} of ${rerunOf?.run}.`);
  }
  checkSuperseded(histories, violate);
}

/** Hooks and events start runs, and a retry in bulk may go unanswered: their own checks say whether each is right. */
const isCalledByRuns = ({ trigger, startKey, rerunOf }: LoadedRun['run']): boolean =>
  trigger.type === 'hook' || trigger.type === 'event' || (rerunOf !== null && startKey === `retry:${rerunOf.run}`);

function checkStart({ key, run, shape, n }: Acknowledged, loaded: LoadedRun, violate: Violate): void {
  const { status, output, startKey, error } = loaded.run;
  if (startKey !== key) violate(`Run ${run} has the start key ${startKey}; it was acknowledged for ${key}.`);
  if (status === 'cancelled' && isRightlyCancelled(loaded)) return;
  if (status === 'failed' && endedByLosses(loaded)) return;
  const expected = shapes[shape]?.output(n) ?? null;
  if (expected === null && status === 'failed') return;
  const found = output === null ? null : JSON.parse(output).n;
  if (status === 'succeeded' && found === expected) return;
  violate(`Run ${run} (${shape}) is ${status} with n = ${found}; expected ${expected}. ${error?.message}`);
}

/** Somebody may have it cancelled, and did: a person, or a newer run that wanted its key. */
function isRightlyCancelled({ run }: LoadedRun): boolean {
  if (shapes[run.workflow]?.cancellable === undefined) return false;
  return controlOf(run).cancel !== undefined || run.error?.code === 'concurrency_superseded';
}

/** A local run is lost as a whole. */
function endedByLosses({ run, attempts }: LoadedRun): boolean {
  if (run.workflow === localWorkflow) return run.error?.code === 'worker_lost';
  const ends = attempts.filter(({ final, reason, item }) => final && reason === 'worker_lost' && item === -1);
  return ends.some(
    (end) =>
      attempts.filter((one) => stepRun(one) === stepRun(end) && one.reason === 'worker_lost').length === lossesThatEnd,
  );
}

/**
 * A run makes way only for a newer one. Which of two is newer is told by the clocks of the servers that they were sent to, so it
 * is judged only of those that were not sent at nearly the same time.
 */
function checkSuperseded({ runs, acknowledged }: Histories, violate: Violate): void {
  const sent = new Map(acknowledged.map((start) => [start.run, start.sent]));
  for (const { run } of runs) {
    if (run.workflow !== supersededWorkflow || run.error?.code !== 'concurrency_superseded') continue;
    const winner = / (\d+) took its place /.exec(run.error.message)?.[1] ?? 'unknown';
    if (!runs.some(({ run: other }) => String(other.id) === winner)) {
      violate(`Run ${run.id} made way for run ${winner}, which is not there.`);
    }
    const [own, others] = [sent.get(String(run.id)), sent.get(winner)];
    if (own === undefined || others === undefined || others.answeredAt + clocksApartMs >= own.at) continue;
    violate(
      `Run ${run.id} made way for run ${winner}, which was acknowledged ${own.at - others.answeredAt} ms before it was sent.`,
    );
  }
}
