// Runs that wait for a worker in the queue `waiting`, put there in great numbers, and how fast they are worked off.
import { readFileSync } from 'node:fs';
import { withClient } from '../../packages/store-postgres/src/embedded/login.ts';
import type { Millrace } from './open-millrace.ts';

const queueCopies = readFileSync(new URL('../sql/queue-copies.sql', import.meta.url), 'utf8');
const copiesAtOnce = 100_000;

/** Starts one run and copies its rows: a million starts would take longer than all the rest. */
export async function fillQueue(millrace: Millrace, url: string, runs: number): Promise<void> {
  const template = await millrace.start('single-waiting');
  await withClient(url, async (client) => {
    for (let left = runs - 1; left > 0; left -= copiesAtOnce) {
      await client.query(queueCopies, [template, Math.min(left, copiesAtOnce)]);
    }
    // What autovacuum and the checkpointer would do in the next minutes, done before the clock starts.
    await client.query('vacuum (analyze) millrace.run, millrace.run_origin, millrace.work');
    await client.query('checkpoint').catch(() => {}); // Not everybody may.
  });
}

/**
 * Runs a second from the tenth part of them on, so that neither the start of the worker nor its first claims count; and,
 * of the last fifth alone, `late`.
 */
export async function drain(millrace: Millrace, runs: number): Promise<Readonly<{ rate: number; late: number }>> {
  const ends: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = millrace.engine.subscribe((event) => {
    if (event.type !== 'run' || event.status !== 'succeeded') return;
    ends.push(performance.now());
    if (ends.length === runs) resolve();
  });
  const worker = await millrace.startWorker(['waiting']);
  await promise;
  stop();
  await worker.stop();
  return { rate: rateBetween(ends, 0.1, runs), late: rateBetween(ends, 0.8, runs) };
}

function rateBetween(ends: readonly number[], share: number, runs: number): number {
  const from = Math.floor(runs * share);
  return ((runs - 1 - from) * 1_000) / ((ends[runs - 1] ?? 0) - (ends[from] ?? 0));
}
