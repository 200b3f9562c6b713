// Waits inside a local run are its worker's: it keeps their time. A store has them all the same, so that a run's state can
// be derived from its rows, but without a due time, so that no server's timers take them; the document tells it.
import type { Instant, Wait } from '../records.ts';

type KeptDocument = Readonly<{ dueAt: Instant | null; document: string | null }>;

/** The wait as a store keeps it. */
export function keepWait(wait: Wait): Wait {
  const kept: KeptDocument = { dueAt: wait.dueAt, document: wait.document };
  return { ...wait, dueAt: null, document: JSON.stringify(kept) };
}

/** The wait as the worker has it. */
export function keptWait(wait: Wait): Wait {
  const { dueAt, document } = JSON.parse(wait.document ?? 'null') as KeptDocument;
  return { ...wait, dueAt, document };
}
