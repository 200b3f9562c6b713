import { askForSlots } from './ask-for-slots.ts';
import { cacheKeyOf } from './cache-key.ts';
import { type Deciding, planStep } from './deciding.ts';
import { setEngineWait } from './engine-wait.ts';
import type { EngineWaitKind } from './records.ts';
import type { Task } from './state.ts';
import type { AttemptEnd } from './task.ts';
import { attemptKey, type TaskTarget } from './task-view.ts';

/**
 * What stands between an attempt and its launch, first attempts and retries alike. A gate lets the task pass (`open`), lets
 * it wait in place of its work (`waits`; it has called `setEngineWait` with its own kind), or ends the attempt.
 *
 * Whatever ends such a wait calls `launchAgain`, with the kind of the gate that the task has passed now: it is not asked
 * again, nor are those before it, and those behind it have their turn. Only the first gate is asked each time, for the run
 * may have been paused while the task waited elsewhere.
 */
type Gate = Readonly<{
  kind: EngineWaitKind;
  ask(decision: Deciding, target: TaskTarget, task: Task): 'open' | 'waits' | AttemptEnd;
}>;

/** In the order in which they are asked. */
const gates: readonly Gate[] = [
  { kind: 'held', ask: holdWhilePaused },
  { kind: 'cache', ask: lookUpCache },
  { kind: 'slots', ask: askForSlots },
];

/** 'open': the attempt may be launched. `passed` is the gate that the task waited at until now. */
export function askGates(
  decision: Deciding,
  target: TaskTarget,
  task: Task,
  passed: EngineWaitKind | null,
): 'open' | 'waits' | AttemptEnd {
  const next = passed === null ? 0 : gates.findIndex(({ kind }) => kind === passed) + 1;
  for (let index = 0; index < gates.length; index++) {
    if (index > 0 && index < next) continue;
    const answer = gates[index]?.ask(decision, target, task) ?? 'open';
    if (answer !== 'open') return answer;
  }
  return 'open';
}

/** Nothing begins while the run is paused. What is held is launched when it is resumed. */
function holdWhilePaused(decision: Deciding, target: TaskTarget, task: Task): 'open' | 'waits' {
  if (decision.state.paused === null) return 'open';
  setEngineWait(decision, target, task, 'held');
  return 'waits';
}

/** The cache lies outside of the run, so it is asked by a message; `cache_answer` tells what it has. */
function lookUpCache(decision: Deciding, target: TaskTarget, task: Task): 'open' | 'waits' {
  if (planStep(decision.plan, target.step).cache === null) return 'open';
  const found = cacheKeyOf(decision.plan.step(target.step), task.document);
  if (found === null) return 'open';
  const from = attemptKey(target, task.attempt);
  decision.changes.send({ kind: 'look_up_cache', from, key: found.key });
  setEngineWait(decision, target, task, 'cache');
  return 'waits';
}
