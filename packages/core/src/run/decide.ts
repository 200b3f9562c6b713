import type { PreparedPlan } from '../plan/prepared-plan.ts';
import { unreachable } from '../values/unreachable.ts';
import { advance } from './advance.ts';
import type { Command, Rejection } from './command.ts';
import { answerApproval } from './commands/answer.ts';
import { attemptFinished } from './commands/attempt-finished.ts';
import { cacheAnswer } from './commands/cache-answer.ts';
import { cancel } from './commands/cancel.ts';
import { childEnded } from './commands/child-ended.ts';
import { delegateVote } from './commands/delegate.ts';
import { eventArrived } from './commands/event-arrived.ts';
import { hold } from './commands/hold.ts';
import { parentTurned } from './commands/parent-turned.ts';
import { pause } from './commands/pause.ts';
import { resume } from './commands/resume.ts';
import { slotsGranted } from './commands/slots-granted.ts';
import { slotsRefused } from './commands/slots-refused.ts';
import { timerFired } from './commands/timer-fired.ts';
import { workerLost } from './commands/worker-lost.ts';
import { type Deciding, deciding } from './deciding.ts';
import type { Decision } from './decision.ts';
import { staleAttempt } from './find-task.ts';
import { decideLocalRun } from './local/decide-local-run.ts';
import type { Instant } from './records.ts';
import type { RunState } from './state.ts';
import { isRunEnd } from './status.ts';

/**
 * What a command does to a run: the whole of the engine's rules, as a function of plan, state, command and time. The
 * same arguments give the same changes, so committed commands can be replayed.
 *
 * CONSUMES `state`: it is changed in place, because a run of 100,000 items must not be copied for each item that ends.
 * Use only the state that is returned; when its commit is lost, drop it, load the run (`restoreState`) and decide
 * again. A rejection leaves the state as it was. Nothing that a user wrote (expressions, inputs, outputs) makes it
 * throw.
 */
export function decide(
  plan: PreparedPlan,
  state: RunState,
  command: Command,
  now: Instant,
): Decision | Readonly<{ rejection: Rejection }> {
  if (isRunEnd(state.head.status)) {
    return { rejection: { code: 'run_ended', message: `Run ${state.origin.id} has ended as ${state.head.status}.` } };
  }
  if (state.local !== null) return decideLocalRun(plan, state, state.local, command, now);
  const decision = deciding(plan, state, now);
  const rejection = apply(decision, command);
  return rejection === null ? advance(decision) : { rejection };
}

function apply(decision: Deciding, command: Command): Rejection | null {
  switch (command.type) {
    case 'attempt_finished':
      return attemptFinished(decision, command);
    case 'worker_lost':
      return workerLost(decision, command);
    case 'timer_fired':
      return timerFired(decision, command);
    case 'child_ended':
      return childEnded(decision, command);
    case 'event_arrived':
      return eventArrived(decision, command);
    case 'answer':
      return answerApproval(decision, command);
    case 'delegate':
      return delegateVote(decision, command);
    case 'slots_granted':
      return slotsGranted(decision, command);
    case 'slots_refused':
      return slotsRefused(decision, command);
    case 'cache_answer':
      return cacheAnswer(decision, command);
    case 'cancel':
      return cancel(decision, command);
    case 'pause':
      return pause(decision, command);
    case 'resume':
      return resume(decision, command);
    case 'parent_turned':
      return parentTurned(decision, command);
    case 'hold':
      return hold(decision, command);
    case 'local_progress':
      return staleAttempt(command.key);
    default:
      return unreachable(command);
  }
}
