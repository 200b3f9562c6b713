import { isWithinReach, MillraceError, type Permission, type RunId, reachOf } from '@millrace/core';
import type { Actor } from '@millrace/engine';
import type { FastifyReply } from 'fastify';
import type { ServerContext } from '../server-context.ts';
import { isWatched, watchCaller } from './watch-caller.ts';

/** Whether somebody may go on with what he was allowed to begin. */
export type Permit = Readonly<{
  /** Aborted when he may not any more, within `recheckMs`. */
  withdrawn: AbortSignal;
  /** Throws `forbidden` when he may not any more. */
  check(): void;
}>;

/** Keeps an eye on a right over a run while an answer goes on. */
export async function openPermit(
  { engine, limits, runObjects }: Pick<ServerContext, 'engine' | 'limits' | 'runObjects'>,
  actor: Actor,
  permission: Permission,
  run: RunId,
  reply: FastifyReply,
): Promise<Permit> {
  const withdrawn = new AbortController();
  // An attempt reads its own run, for as long as it is one.
  const object = isWatched(actor) && actor.attempt === null ? await runObjects.of(run) : null;
  const stop = watchCaller(engine, actor, limits.recheckMs, (now) => {
    const may = now !== null && (object === null || isWithinReach(reachOf(now.authority, permission), object));
    if (!may) withdrawn.abort();
  });
  reply.raw.once('close', stop);
  return {
    withdrawn: withdrawn.signal,
    check() {
      if (!withdrawn.signal.aborted) return;
      throw new MillraceError('forbidden', `${actor.name} has lost the permission ${permission} here.`, {
        hint: 'Sign in again, or ask an administrator.',
      });
    },
  };
}

/** What is sent piece by piece, as long as it is allowed: it breaks off then, so that nobody takes it for whole. */
export async function* whileAllowed<Piece>(permit: Permit, pieces: AsyncIterable<Piece>): AsyncGenerator<Piece> {
  for await (const piece of pieces) {
    permit.check();
    yield piece;
  }
  permit.check();
}
