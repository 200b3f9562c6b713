import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemErrorCode } from './embedded-postgres-error.ts';

/** What PostgreSQL writes into `postmaster.pid` of its data folder; the lines are fixed by its `pidfile.h`. */
export type PostmasterFile = Readonly<{
  pid: number;
  startedAtSec: number;
  port: number;
  status: 'starting' | 'ready' | 'stopping';
}>;

/** Reads `postmaster.pid`; undefined when there is none or it is only half written yet. */
export function readPostmasterFile(clusterDir: string): PostmasterFile | undefined {
  let text: string;
  try {
    text = readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return parsePostmasterFile(text);
}

export function parsePostmasterFile(text: string): PostmasterFile | undefined {
  // A line counts once its end is there: half a number is another number.
  const lines = text.split('\n').slice(0, -1);
  const [pid, startedAtSec, port] = [Number(lines[0]), Number(lines[2]), Number(lines[3])];
  if (!Number.isSafeInteger(pid) || pid <= 1 || !Number.isSafeInteger(startedAtSec) || startedAtSec <= 0) {
    return undefined;
  }
  const word = (lines[7] ?? '').trim();
  const status = word === 'ready' || word === 'stopping' ? word : 'starting';
  return { pid, startedAtSec, port: Number.isSafeInteger(port) ? port : 0, status };
}
