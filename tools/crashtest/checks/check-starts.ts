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
 * A run makes way only for a newer one, in the line or as a holder, and none for itself in the end. Which of two is newer is told
 * by the clocks of the servers that they were sent to, so it is judged only of those that were not sent at nearly the same
 * time; and one that was paused comes to the line anew when it is resumed.
 */
function checkSuperseded({ runs, acknowledged }: Histories, violate: Violate): void {
  const byId = new Map(runs.map(({ run }) => [String(run.id), run]));
  const sent = new Map(acknowledged.map((start) => [start.run, start.sent]));
  for (const [id, run] of byId) {
    const winner = winnerOf(run);
    if (winner === null) continue;
    const found = byId.get(winner);
    if (found === undefined) {
      violate(`Run ${id} made way for run ${winner}, which is not there.`);
      continue;
    }
    const after = winnersAfter(id, byId);
    if (after.includes(id)) violate(`Run ${id} made way for itself: ${after.join(', ')}.`);
    const [own, others] = [sent.get(id), sent.get(winner)];
    if (own === undefined || others === undefined || controlOf(found).pauses !== undefined) continue;
    const before = own.at - others.answeredAt;
    if (before <= clocksApartMs) continue;
    violate(`Run ${id} made way for run ${winner}, which was acknowledged ${before} ms before it was sent.`);
  }
}

/** For which run one that has others cancelled was cancelled itself; null: for none. */
function winnerOf({ workflow, error }: LoadedRun['run']): string | null {
  if (workflow !== supersededWorkflow) return null;
  const named = /Run (\d+) (?:took its|takes the) place /.exec(error?.message ?? '')?.[1];
  return named ?? (error?.code === 'concurrency_superseded' ? 'unknown' : null);
}

/** The one that it made way for, the one that this made way for, and so on. */
function winnersAfter(id: string, byId: ReadonlyMap<string, LoadedRun['run']>): readonly string[] {
  const winners: string[] = [];
  for (let run = byId.get(id); run !== undefined; ) {
    const winner = winnerOf(run);
    if (winner === null || winners.includes(winner)) break;
    winners.push(winner);
    run = byId.get(winner);
  }
  return winners;
}
