import { mkdirSync, renameSync } from 'node:fs';
import type { ProcessToStart } from './process-starter.ts';

/** Makes the first new folder of a process, or moves a spare one there. Throws where somebody else has done it. */
export function makeFirstFolder({ newFolders: [first], spareFolder }: ProcessToStart): void {
  if (spareFolder !== null && canMove(spareFolder, first)) return;
  mkdirSync(first, { mode: 0o700 });
}

/** It may be gone: to that place, by somebody else, or altogether. */
function canMove(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch {
    return false;
  }
}
