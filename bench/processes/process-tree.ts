import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * A process and all below it, and the memory that they take together: shared pages are counted once, each process its part
 * (`Pss`). Null on systems without `/proc`.
 */
export function readProcessTree(pid: number): Readonly<{ processes: number; bytes: number }> | null {
  if (!existsSync('/proc/self/smaps_rollup')) return null;
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? parentOf(name) : null;
    if (parent !== null) parents.set(Number(name), parent);
  }
  const within = (one: number): boolean => one === pid || (one > 1 && within(parents.get(one) ?? 0));
  const tree = [...parents.keys()].filter(within);
  return { processes: tree.length, bytes: tree.reduce((sum, one) => sum + proportionalBytes(one), 0) };
}

/** Null: it has ended meanwhile. */
function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold anything; the state and the parent follow it.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function proportionalBytes(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kilobytes ?? 0) * 1024;
}
