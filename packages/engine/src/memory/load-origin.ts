import type { Instant, RunId, RunOrigin } from '@millrace/core';
import type { MemoryState } from './memory-state.ts';

export function loadRunOrigin(
  state: MemoryState,
  id: RunId,
): Readonly<{ origin: RunOrigin; startedAt: Instant | null }> {
  const run = state.runs.get(id);
  if (run === undefined) throw new Error(`Work of run ${id}, which does not exist.`);
  return { origin: run.origin, startedAt: run.head.startedAt };
}
