// Keyboard shortcuts of the whole page. Whoever is mounted registers its keys; the help overlay shows what is registered then.
import { useLayoutEffect, useRef } from 'react';

export type Shortcut = Readonly<{
  /** A key as the browser names it (`j`, `/`, `?`, `Escape`), `mod+k` for ⌘K or Ctrl+K, or two keys one after the other: `g r`. */
  keys: string;
  label: string;
  group: 'Everywhere' | 'Lists' | 'This page';
}>;

type Registered = Shortcut & Readonly<{ run: (event: KeyboardEvent) => void }>;

const registered = new Set<Registered>();
const sequenceMs = 1_000;
let firstKey: Readonly<{ key: string; at: number }> | null = null;

export const currentShortcuts = (): readonly Shortcut[] => [...registered];

/**
 * Calls `run` when the keys are pressed, except while somebody writes. The last one registered wins. Keys work as soon as what
 * they are for is seen.
 */
export function useShortcut(shortcut: Shortcut, run: (event: KeyboardEvent) => void, enabled = true): void {
  const latest = useRef(run);
  latest.current = run;
  const { keys, label, group } = shortcut;
  useLayoutEffect(() => {
    if (!enabled) return;
    const entry: Registered = { keys, label, group, run: (event) => latest.current(event) };
    registered.add(entry);
    if (registered.size === 1) document.addEventListener('keydown', onKeyDown);
    return () => {
      registered.delete(entry);
      if (registered.size === 0) document.removeEventListener('keydown', onKeyDown);
    };
  }, [keys, label, group, enabled]);
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  const modified = event.metaKey || event.ctrlKey;
  if (!modified && isWriting(event.target)) return;
  if (event.altKey) return;
  const key = modified ? `mod+${event.key.toLowerCase()}` : event.key;
  const before = firstKey !== null && event.timeStamp - firstKey.at < sequenceMs ? firstKey.key : null;
  const found = (before === null ? undefined : find(`${before} ${key}`)) ?? find(key);
  firstKey = found === undefined && key.length === 1 ? { key, at: event.timeStamp } : null;
  if (found === undefined) return;
  event.preventDefault();
  found.run(event);
}

const find = (keys: string): Registered | undefined => [...registered].findLast((one) => one.keys === keys);

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.closest('input:not([type=checkbox]), textarea, select, [role=menu], [role=dialog]') !== null)
  );
}
