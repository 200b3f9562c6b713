import type { Deciding } from './deciding.ts';
import type { EngineWaitKind } from './records.ts';
import type { Task } from './state.ts';
import { attemptKey, type TaskTarget } from './task-view.ts';

/** Lets the task wait in place of its work: writes what `task` says of it. */
export function setEngineWait(decision: Deciding, target: TaskTarget, task: Task, kind: EngineWaitKind): void {
  task.doing = kind;
  const key = attemptKey(target, task.attempt);
  decision.changes.setWait({ ...key, kind, dueAt: task.dueAt, document: engineWaitDocument(task) });
}

/** JSON of the `EngineWaitDocument` of what the task waits for. */
export function engineWaitDocument({ readyAt, document, detail }: Task): string {
  return `{"readyAt":${readyAt},"work":${document}${detail === null ? '' : `,"detail":${detail}`}}`;
}
