import type { SlotsDetail } from './ask-for-slots.ts';
import type { Rejection } from './command.ts';
import type { Deciding } from './deciding.ts';
import { type FoundTask, findTask } from './find-task.ts';
import type { AttemptKey } from './records.ts';

/** An attempt that waits for just this request; null: it has gone on, or asked anew. */
export function findAsking(
  decision: Deciding,
  key: AttemptKey,
  request: number,
): Readonly<{ found: FoundTask; detail: SlotsDetail }> | null {
  const found = findTask(decision, key, 'slots');
  if (found === null) return null;
  const detail = JSON.parse(found.task.detail ?? 'null') as SlotsDetail | null;
  return detail?.request === request ? { found, detail } : null;
}

export function notAsking(key: AttemptKey): Rejection {
  const whose = key.step === -1 ? 'The run' : `Attempt ${key.attempt} of step ${key.step}`;
  return { code: 'not_waiting', message: `${whose} does not wait for these slots.` };
}
