import type { Where, WorkerPlace } from './millrace/open-engine.ts';
import { openMillrace } from './millrace/open-millrace.ts';
import type { System } from './system.ts';

/** A system in one of its modes. */
export type Subject = Readonly<{ name: string; mode: string; worker: WorkerPlace }>;

export const millrace = (worker: WorkerPlace): Subject => ({ name: 'millrace', mode: worker, worker });

/** Where there is no worker to be placed. */
export const millraceServer: Subject = { name: 'millrace', mode: 'server', worker: 'in-process' };

/** Opens a subject in this process, with a worker, on an empty database. */
export async function openSubject(subject: Subject, where: Where): Promise<System> {
  const opened = await openMillrace(where, subject.worker);
  await opened.startWorker();
  return opened;
}
