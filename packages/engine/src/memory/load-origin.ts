import type { RunId } from '@millrace/core';
import type { ClaimedWork } from '../ports/index.ts';
import type { MemoryState } from './memory-state.ts';

export function loadRunOrigin(state: MemoryState, id: RunId): Omit<ClaimedWork, 'work'> {
  const run = state.runs.get(id);
  if (run === undefined) throw new Error(`Work of run ${id}, which does not exist.`);
  const { startedAt, status } = run.head;
  return { origin: run.origin, startedAt, paused: status === 'paused' };
}
