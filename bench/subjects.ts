import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseUrl, type Where, type WorkerPlace } from './millrace/open-engine.ts';
import { openMillrace } from './millrace/open-millrace.ts';
import { slots } from './millrace/open-worker.ts';
import type { OpenPeer, Peer } from './peers/peer.ts';
import { createSignals, type System } from './system.ts';

/** A system in one of its modes. */
export type Subject = Readonly<{ name: string; mode: string; worker: WorkerPlace }>;

export const millrace = (worker: WorkerPlace): Subject => ({ name: 'millrace', mode: worker, worker });

/** Where there is no worker to be placed. */
export const millraceServer: Subject = { name: 'millrace', mode: 'server', worker: 'in-process' };

export const subjectsOf = ({ name, modes }: Peer): readonly Subject[] =>
  Object.keys(modes).map((mode) => ({ name, mode, worker: 'in-process' }));

/** Opens a subject in this process, with a worker, on an empty database. */
export async function openSubject(subject: Subject, where: Where): Promise<System> {
  if (subject.name !== 'millrace') return openPeer(subject, databaseUrl(where));
  const opened = await openMillrace(where, subject.worker);
  await opened.startWorker();
  return opened;
}

async function openPeer({ name, mode }: Subject, url: string): Promise<System> {
  const { open } = (await import(new URL(`./peers/${name}/subject.ts`, import.meta.url).href)) as { open: OpenPeer };
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const signals = createSignals();
  const { start, close } = await open({ mode, url, slots, folder, signals });
  return {
    start,
    finished: signals.finished,
    onBody: signals.onBody,
    async close() {
      await close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
