import type { PreparedPlan } from '../../plan/prepared-plan.ts';
import { unreachable } from '../../values/unreachable.ts';
import { advance } from '../advance.ts';
import { enterFirstSteps } from '../begin-run.ts';
import type { Rejection } from '../command.ts';
import { attemptFinished } from '../commands/attempt-finished.ts';
import { timerFired } from '../commands/timer-fired.ts';
import { type Deciding, deciding } from '../deciding.ts';
import type { Decision } from '../decision.ts';
import { setEngineWait } from '../engine-wait.ts';
import { findTask, staleAttempt } from '../find-task.ts';
import type { AttemptKey } from '../records.ts';
import type { RunState } from '../state.ts';
import { isRunEnd } from '../status.ts';
import { stopRun } from '../stop-run.ts';
import type { LocalHolder } from './launch-local-run.ts';
import type { LocalEntry } from './local-entry.ts';

/**
 * What an entry of a local run's record does to the run: on the worker, which goes by it, and again on the server, which
 * commits it. The same state and entry give the same on both sides; only why the run is stopped is known better to the
 * server (`local.stop`), and nothing but texts depends on that. Consumes `state`, as `decide` does.
 */
export function decideInside(
  plan: PreparedPlan,
  state: RunState,
  { at, command }: LocalEntry,
): Decision | Readonly<{ rejection: Rejection }> {
  if (isRunEnd(state.head.status)) {
    return { rejection: { code: 'run_ended', message: `Run ${state.origin.id} has ended as ${state.head.status}.` } };
  }
  const decision = deciding(plan, state, at);
  const rejection = apply(decision, command);
  return rejection === null ? advance(decision) : { rejection };
}

function apply(decision: Deciding, command: LocalEntry['command']): Rejection | null {
  switch (command.type) {
    case 'begin':
      enterFirstSteps(decision);
      return null;
    case 'attempt_began':
      return attemptBegan(decision, command.key);
    case 'attempt_finished':
      return attemptFinished(decision, { ...command, worker: null }, 'local');
    case 'timer_fired':
      return timerFired(decision, command);
    case 'stop': {
      const { now: at, state } = decision;
      const request = state.local?.stop ?? { at, by: 'server', reason: null, kind: 'cancel' as const };
      stopRun(decision, request, command.force);
      return null;
    }
    default:
      return unreachable(command);
  }
}

function attemptBegan(decision: Deciding, key: AttemptKey): Rejection | null {
  const found = findTask(decision, key, 'local');
  const worker = decision.state.local?.worker ?? null;
  if (found === null || worker === null || found.task.worker !== null) return staleAttempt(key);
  const { target, task } = found;
  const holder: LocalHolder = { worker, leasedAt: decision.now };
  task.worker = holder.worker;
  task.leasedAt = holder.leasedAt;
  task.detail = JSON.stringify(holder);
  setEngineWait(decision, target, task, 'local');
  return null;
}
