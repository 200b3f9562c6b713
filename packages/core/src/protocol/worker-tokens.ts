// How workers show who they are.
//
//   join token    mrj_ID_SECRET   made by somebody who may admit workers; a worker shows it once, to join
//   worker token  mrw_ID_SECRET   made by the worker itself before it joins, so that it is in its file before the server knows
//                                 it: whenever the worker dies, it can go on from what stands there
//
// The id is shown in lists, and names the joined worker for as long as it is one. Each process of it is a worker of its own to
// the engine (leases end with processes), under an id that begins with that of the joined worker: `ID.` and something random.
import type { WorkerId } from '../values/ids.ts';

type TokenParts = Readonly<{ id: string; secret: string }>;

const joinTokenPattern = /^mrj_([A-Za-z0-9]{10})_([A-Za-z0-9_-]{43})$/;
const workerTokenPattern = /^mrw_([A-Za-z0-9]{10})_([A-Za-z0-9_-]{43})$/;
const joinedPattern = /^([A-Za-z0-9]{10})\./;

/** null: it does not look like one. */
export const readJoinToken = (text: string): TokenParts | null => partsOf(joinTokenPattern.exec(text));

/** null: it does not look like one. */
export const readWorkerToken = (text: string): TokenParts | null => partsOf(workerTokenPattern.exec(text));

/** Whether it is meant as the token of a joined worker, good or not. */
export const isWorkerToken = (text: string): boolean => text.startsWith('mrw_');

/** The joined worker that a process belongs to; null: it did not join, but runs in a server or shows the shared token. */
export const joinedOf = (worker: WorkerId): string | null => joinedPattern.exec(worker)?.[1] ?? null;

function partsOf(match: RegExpExecArray | null): TokenParts | null {
  const [, id, secret] = match ?? [];
  return id === undefined || secret === undefined ? null : { id, secret };
}
