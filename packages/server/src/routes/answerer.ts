import type { Approver } from '@millrace/core';
import { type Actor, approverNamed, approverOf, type Engine } from '@millrace/engine';

/**
 * Who answers: whoever calls. Only those who need no account (this machine, the holder of the server's token) say in whose
 * name; an account cannot speak for another one.
 */
export async function answererOf({ store }: Engine, actor: Actor, by: string | undefined): Promise<Approver> {
  const isRoot = actor.kind === 'local' || actor.kind === 'token';
  return isRoot && by !== undefined ? approverNamed(store, by) : approverOf(actor);
}
