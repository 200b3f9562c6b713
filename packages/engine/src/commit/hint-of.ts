import { laneKey } from '@millrace/core';
import { isLocalRun } from '../dispatch/assignment.ts';
import { attemptRef } from '../dispatch/attempt-ref.ts';
import type { Decided } from './decide-batch.ts';
import { endedWithoutReport } from './ended-without-report.ts';
import type { Hint } from './hint.ts';

/** What the other servers are told of a commit: the runs that changed, work that nobody took, work to be stopped. */
export function hintOf(server: string, batch: readonly Decided[]): Hint {
  const lanes = new Set<string>();
  const cancellations: NonNullable<Hint['c']>[number][] = [];
  for (const { commit } of batch) {
    for (const work of commit.changes.work) if (work.worker === null) lanes.add(laneKey(work.lane));
    for (const key of commit.changes.workCancelled) cancellations.push([attemptRef(commit.id, key), false]);
    for (const key of commit.changes.workDone) {
      if (isLocalRun(key)) cancellations.push([attemptRef(commit.id, key), true]);
    }
    for (const key of commit.changes.attempts) {
      if (endedWithoutReport(key)) cancellations.push([attemptRef(commit.id, key), true]);
    }
  }
  return {
    s: server,
    r: batch.map(({ commit }) => commit.id),
    ...(lanes.size > 0 ? { l: [...lanes] } : {}),
    ...(cancellations.length > 0 ? { c: cancellations } : {}),
  };
}
