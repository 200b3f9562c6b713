// What the crash test lets run, and what is known of it from outside: which output each run gives, and the ledger in which
// bodies tell when they begin and end, so that the audit can tell which execution a recorded result came from.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { definitions } from './workflows.ts';

/** What a body wrote; times are those of this machine's clock. */
export type LedgerLine = Readonly<{
  run: string;
  step: string;
  item: number;
  iteration: number;
  attempt: number;
  n: string;
  nonce: string;
  beganAt: number;
  /** null: it was killed before. */
  endedAt: number | null;
}>;

export type Shape = Readonly<{
  /** What a run of input `n` gives; null: it fails. */
  output(n: number): number | null;
  /** Steps from which it may run again by itself; beside that, from its start. */
  rerunFrom: readonly string[];
  /** Others may have it cancelled. */
  cancellable?: true;
}>;

/** The workflows of which callers start runs. */
export const shapes: Readonly<Record<string, Shape>> = {
  chain: { output: (n) => n + 3, rerunFrom: ['b', 'c'] },
  fan: { output: () => 190, rerunFrom: ['each', 'sum'] },
  nest: { output: (n) => n + 7, rerunFrom: ['child', 'after'] },
  flaky: { output: (n) => n, rerunFrom: ['last'] },
  loop: { output: () => 4, rerunFrom: [] },
  local: { output: (n) => n + 3, rerunFrom: ['c'] },
  slow: { output: () => 1, rerunFrom: ['each'] },
  asked: { output: (n) => n + 1, rerunFrom: [] },
  keyed: { output: (n) => n + 2, rerunFrom: ['b'] },
  benches: { output: () => 15, rerunFrom: ['use'] },
  rated: { output: () => 10, rerunFrom: ['call'] },
  skipping: { output: (n) => n, rerunFrom: ['try'] },
  newest: { output: () => 1, rerunFrom: ['each'], cancellable: true },
  hooked: { output: (n) => (n % 2 === 0 ? n : null), rerunFrom: ['b'] },
  chatty: { output: (n) => n + 1, rerunFrom: ['say'] },
  awaiting: { output: (n) => n + 1, rerunFrom: [] },
  cached: { output: () => 8, rerunFrom: ['each'] },
  shared: { output: (n) => n + 1, rerunFrom: [] },
  bulky: { output: () => 3, rerunFrom: ['sum'], cancellable: true },
};
export const shapeNames = Object.keys(shapes);

/** Runs of this workflow ask people, who say their `n`. */
export const askingWorkflow = 'asked';
/** Runs of this workflow wait for an event that tells them their `n`. */
export const awaitingWorkflow = 'awaiting';
/** Runs of this workflow are paused, resumed and cancelled many at once, and by nobody else. */
export const bulkWorkflow = 'bulky';
/** In runs of this workflow attempts are meant to fail. */
export const failingWorkflow = 'flaky';
/** One worker has all of it, so it is lost as a whole, and re-runs keep nothing. */
export const localWorkflow = 'local';
/** A newer run of this workflow has the older one cancelled. */
export const supersededWorkflow = 'newest';

/** Who may hold a key at once: runs of a workflow, or the attempts of one of its steps. */
export const limits = [
  { key: 'door', limit: 1, workflow: 'keyed', step: null },
  { key: 'latest', limit: 1, workflow: 'newest', step: null },
  { key: 'bench', limit: 2, workflow: 'benches', step: 'use' },
  { key: 'window', limit: 1, workflow: 'skipping', step: 'try' },
] as const;
export const limitedWorkflows: ReadonlySet<string> = new Set([...limits.map(({ workflow }) => workflow), 'rated']);

/** The rate of the workflow `rated`. */
export const rate = { key: 'calls', limit: 4, perMs: 2_000 } as const;

export function writeWorkspace(folder: string, ledger: string): void {
  mkdirSync(join(folder, '.workflows'), { recursive: true });
  writeFileSync(ledger, '');
  writeFileSync(join(folder, '.workflows', 'crash.yaml'), definitions(ledger));
}

export const readLedger = (ledger: string): readonly LedgerLine[] => parseLedger(readFileSync(ledger, 'utf8'));

/** Lines that begin with `end` say when the body with that nonce ended; all others, that one began. */
export function parseLedger(text: string): readonly LedgerLine[] {
  const lines = text.split('\n').filter((line) => line !== '');
  const ends = new Map<string, number>();
  for (const line of lines) {
    const [word, nonce = '', at = ''] = line.split(' ');
    if (word === 'end') ends.set(nonce, milliseconds(at));
  }
  return lines
    .filter((line) => !line.startsWith('end '))
    .map((line) => {
      const [run = '', step = '', item = '', iteration = '', attempt = '', n = '', nonce = ''] = line.split(' ');
      return {
        ...{ run, step, item: Number(item), iteration: Number(iteration), attempt: Number(attempt), n, nonce },
        beganAt: milliseconds(nonce.split('-')[1] ?? ''),
        endedAt: ends.get(nonce) ?? null,
      };
    });
}

/** `date +%s%N` gives nanoseconds. */
const milliseconds = (nanoseconds: string): number => Math.round(Number(nanoseconds) / 1e3) / 1e3;
