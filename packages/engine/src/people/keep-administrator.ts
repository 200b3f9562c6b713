import { MillraceError } from '@millrace/core';
import type { Store } from '../ports/store.ts';
import { administratorsOf } from './administrators.ts';
import { type Everybody, readEverybody } from './everybody.ts';

/**
 * Refuses what would leave the server without an administrator. `change` gives who there would be. A server that never had
 * one is left alone.
 */
export async function keepAdministrator(store: Store, change: (now: Everybody) => Everybody): Promise<void> {
  const now = await readEverybody(store);
  if (administratorsOf(now).length === 0 || administratorsOf(change(now)).length > 0) return;
  throw new MillraceError('last_administrator', 'Nobody would be left who may do everything.', {
    hint: 'Give the role admin to somebody else first.',
  });
}
