// Pausing a run, and resuming it.
//
// While a run is paused nothing begins in it. What is ready and held by nobody is withdrawn, and each launch ends at the
// first gate (gates.ts): both become `held`, a wait that only resuming ends. What a worker holds goes on, and its result
// counts. Timers, delays and retries come due as ever; what they would begin is held. Items that have not started stay
// where they are. The run's own timeout stands still; those of steps and attempts go on. Whatever stops the run (a cancel,
// say, or its last step's end) ends the pause.
//
// Child runs are told by a message with the number of its turn: pauses and resumptions are counted together. Messages may
// overtake each other and come twice, so a child follows only a turn that is newer than the last one it heard of. A child
// that somebody paused by itself stays paused when its parent is resumed.
import { suspended } from './call-hooks.ts';
import { type Deciding, runKey, setHead, stepState } from './deciding.ts';
import { engineWaitDocument } from './engine-wait.ts';
import type { FoundTask } from './find-task.ts';
import { continueItems } from './items.ts';
import { launchAgain } from './launch-again.ts';
import { clearQueueTimeout } from './launch-attempt.ts';
import { openTasks } from './open-tasks.ts';
import type { Pause } from './state.ts';
import { attemptKey } from './task-view.ts';

/** Pauses a run that is not being stopped. Its state must know every lease (`noteLease`): what it sees none of is held. */
export function pauseRun(decision: Deciding, pause: Pause): void {
  const { state, plan, changes } = decision;
  state.paused = pause;
  setHead(decision, { status: 'paused' });
  if (plan.plan.timeoutMs !== null) changes.endWait({ ...runKey, kind: 'run_timeout' });
  let children = false;
  for (const found of openTasks(decision)) {
    children ||= found.task.doing === 'child';
    if (isReady(found)) holdWork(decision, found);
  }
  takeTurn(decision, pause, children);
  if (pause.withParent === true) return;
  suspended(decision, `pause-${state.pauses?.turn}`, { reason: 'paused', step: null, prompt: pause.reason });
}

/** Resumes a paused run: the pause is over, and everything that is held is launched. */
export function resumeRun(decision: Deciding, by: string): void {
  const { state, plan, changes } = decision;
  endPause(decision);
  const { startedAt } = state.head;
  if (plan.plan.timeoutMs !== null && startedAt !== null) {
    const dueAt = startedAt + plan.plan.timeoutMs + (state.pauses?.ms ?? 0);
    changes.setWait({ ...runKey, attempt: 0, kind: 'run_timeout', dueAt, document: null });
  }
  let children = false;
  for (const found of openTasks(decision)) {
    children ||= found.task.doing === 'child';
    if (found.task.doing === 'held') launchAgain(decision, found);
  }
  startItems(decision);
  takeTurn(decision, { by, reason: null }, children);
}

/** The pause is over; what is held stays so for whoever calls it. */
export function endPause(decision: Deciding): void {
  const { state, now } = decision;
  if (state.paused === null) return;
  const begun = state.head.startedAt !== null;
  const { ms = 0, turn = 0, parentTurn = 0 } = state.pauses ?? {};
  // The timeout of a run that has not begun is not running yet.
  state.pauses = { ms: begun ? ms + Math.max(0, now - state.paused.at) : ms, turn, parentTurn };
  state.paused = null;
  decision.controlChanged = true;
  setHead(decision, { status: begun ? 'running' : 'queued' });
}

/** Whether an attempt waits for a worker that takes it, and is not being stopped. */
const isReady = ({ phase, task }: FoundTask): boolean =>
  task.doing === 'work' && task.worker === null && phase.stop === null;

/** Withdraws work. Should somebody take it before the commit, the commit leaves it there. */
function holdWork(decision: Deciding, found: FoundTask): void {
  const { target, task } = found;
  clearQueueTimeout(decision, target);
  task.doing = 'held';
  const key = attemptKey(target, task.attempt);
  decision.changes.holdWork({ ...key, kind: 'held', dueAt: null, document: engineWaitDocument(task) });
}

/** Items that would have started during the pause start now. */
function startItems(decision: Deciding): void {
  for (const [step, { open }] of decision.state.steps.entries()) {
    for (const phase of [...open.values()]) {
      if (phase.kind !== 'items' || stepState(decision.state, step).open.get(phase.iteration) !== phase) continue;
      continueItems(decision, step, phase);
    }
  }
}

function takeTurn(decision: Deciding, { by, reason }: Pick<Pause, 'by' | 'reason'>, children: boolean): void {
  const { state } = decision;
  const { ms = 0, turn = 0, parentTurn = 0 } = state.pauses ?? {};
  state.pauses = { ms, turn: turn + 1, parentTurn };
  decision.controlChanged = true;
  if (!children) return;
  const paused = state.paused !== null;
  decision.changes.send({ kind: 'pause_children', turn: turn + 1, paused, by, reason });
}
