import { useSyncExternalStore } from 'react';

// Who looks at these pages, as they say themselves: Millrace does not know users yet. Kept by the browser.
const key = 'millrace.name';
const listeners = new Set<() => void>();

const readMyName = (): string => localStorage.getItem(key) ?? '';

export function storeMyName(name: string): void {
  localStorage.setItem(key, name);
  for (const listener of listeners) listener();
}

/** The name under which answers and decisions are given; empty until it was told. */
export const useMyName = (): string => useSyncExternalStore(subscribe, readMyName);

/** As `by` of a request: who asks, for those who look at it later. */
export const by = (): Readonly<{ by: string }> => ({ by: readMyName().trim() || 'web' });

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
