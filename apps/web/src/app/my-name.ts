import type { Me } from '@millrace/api';
import { useSyncExternalStore } from 'react';
import { useMe } from '../api/use-me.ts';

// Who looks at these pages, as they say themselves where nobody signs in. Kept by the browser.
const key = 'millrace.name';
const listeners = new Set<() => void>();

const readMyName = (): string => localStorage.getItem(key) ?? '';

export function storeMyName(name: string): void {
  localStorage.setItem(key, name);
  for (const listener of listeners) listener();
}

/** The name under which answers and decisions are given: that of the account, or the one that was told; empty until it was. */
export function useMyName(): string {
  const told = useSyncExternalStore(subscribe, readMyName);
  const me = useMe();
  return isAccount(me) ? me.account : told;
}

/** Whether the server knows who it is; else people say it themselves. */
export const isAccount = (me: Me | undefined): me is Me => me?.kind === 'user' || me?.kind === 'service';

/** As `by` of a request: who asks, for those who look at it later. */
export const by = (): Readonly<{ by: string }> => ({ by: readMyName().trim() || 'web' });

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
