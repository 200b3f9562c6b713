import type { Changes } from '../changes.ts';
import type { Command, Rejection } from '../command.ts';
import type { Deciding } from '../deciding.ts';
import { staleAttempt } from '../find-task.ts';
import type { Wait } from '../records.ts';
import type { LocalRun } from '../state.ts';
import { isRunEnd } from '../status.ts';
import { decideInside } from './decide-inside.ts';
import { endLocalRun, localSlackMs } from './end-local-run.ts';
import { keepWait } from './kept-waits.ts';
import { failLocalRun } from './lose-local-run.ts';

/**
 * Applies what is new of a worker's record. An entry that does not fit means that worker and server do not decide alike: they
 * are of different versions, and nothing that the worker did from there on can be taken over.
 */
export function applyRecord(
  decision: Deciding,
  local: LocalRun,
  { key, worker, from, entries }: Extract<Command, { type: 'local_progress' }>,
): Rejection | null {
  if (from > local.applied) return staleAttempt(key);
  const fresh = entries.slice(local.applied - from);
  if (fresh.length === 0) return null;
  const { plan, state } = decision;
  local.worker = worker;
  for (const entry of fresh) {
    if ((entry.command.type === 'begin') !== (local.applied === 0))
      return diverged(decision, local, entry.command.type);
    const inside = decideInside(plan, state, entry);
    if ('rejection' in inside) return diverged(decision, local, inside.rejection.message);
    decision.changes.add(asStored(inside.changes));
    local.applied += 1;
    if (isRunEnd(state.head.status)) break;
  }
  decision.controlChanged = true;
  if (isRunEnd(state.head.status)) endLocalRun(decision, local);
  return null;
}

/** The worker stops what it executes itself, and keeps the time of its waits. */
function asStored(changes: Changes): Changes {
  return { ...changes, waits: changes.waits.map(storedWait), workCancelled: [] };
}

function storedWait(wait: Wait): Wait {
  if (wait.step !== -1) return keepWait(wait);
  return wait.dueAt === null ? wait : { ...wait, dueAt: wait.dueAt + localSlackMs };
}

function diverged(decision: Deciding, local: LocalRun, message: string): null {
  failLocalRun(decision, local, {
    code: 'local_diverged',
    message: `What the worker did does not follow from the plan as this server understands it: ${message}`,
    hint: 'Worker and server are of different versions. Bring both to the same one, then start the run again.',
    retryable: false,
  });
  return null;
}
