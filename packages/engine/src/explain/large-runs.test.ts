// Costs are counted, not timed: how often an answer about a run looks at the rows that the run is made of.
import type { LoadedRun } from '@millrace/core';
import { afterEach, describe, expect, test } from 'vitest';
import { type HandWorker, startTestEngine, type TestEngine } from '../../test/test-engine.ts';
import type { Queries, Store } from '../ports/index.ts';

const yaml = (size: number): string => `
workflows:
  items:
    steps:
      each: { type: shell, cmd: "true", for_each: ${size} }
      rest: { type: shell, cmd: "true", depends_on: [each] }
  retried-items:
    steps:
      each: { type: shell, cmd: "true", for_each: ${size}, retry: { attempts: 2, delay: 1h } }
  chain:
    steps:
${Array.from({ length: size }, (_, index) => `      s${index}: { type: shell, cmd: "true"${index === 0 ? '' : `, depends_on: [s${index - 1}]`} }`).join('\n')}
  loop:
    vars: { n: 0 }
    steps:
      turn:
        type: wait
        for: 0s
        max_iterations: ${size + 1}
        next: [{ when: "vars.n < ${size}", publish: { n: "{{ vars.n + 1 }}" }, do: turn }]
`;

/** Counts every look at a field of a row, and at each row. */
class Looks {
  count = 0;

  over<Row extends object>(rows: readonly Row[]): Row[] {
    return rows.map((row) => new Proxy(row, { get: (target, key, own) => this.#look(Reflect.get(target, key, own)) }));
  }

  #look(value: unknown): unknown {
    this.count += 1;
    return value;
  }

  at<Loaded extends LoadedRun>(loaded: Loaded): Loaded {
    const { attempts, work, waits } = loaded;
    return { ...loaded, attempts: this.over(attempts), work: this.over(work), waits: this.over(waits) };
  }
}

let open: TestEngine | null = null;
afterEach(async () => {
  await open?.stop();
  open = null;
});

type Ask = (engine: TestEngine['engine'], run: Awaited<ReturnType<TestEngine['start']>>) => Promise<unknown>;

/** Looks for each row of a run of this size, once it stands as `prepare` leaves it. */
async function looksPerRow(
  size: number,
  workflow: string,
  ask: Ask,
  prepare: (worker: HandWorker) => Promise<void> = async () => undefined,
): Promise<number> {
  const looks = new Looks();
  let rows = 0;
  const rowsOf = ({ attempts, work, waits }: LoadedRun) => attempts.length + work.length + waits.length;
  const wrap = (store: Store): Store => ({
    ...store,
    runs: {
      ...store.runs,
      async load(ids) {
        const loaded = await store.runs.load(ids);
        rows = loaded.reduce((sum, one) => sum + rowsOf(one), 0);
        return loaded.map((one) => looks.at(one));
      },
    },
  });
  const wrapQueries = (queries: Queries): Queries => ({
    ...queries,
    async runDetail(...asked) {
      const detail = await queries.runDetail(...asked);
      if (detail === null) return null;
      rows = rowsOf(detail);
      return looks.at(detail);
    },
  });
  const current = await startTestEngine(yaml(size), { wrap, wrapQueries });
  open = current;
  const run = await current.start(workflow);
  await prepare(current.worker('w', { slots: size }));
  looks.count = 0;
  await ask(current.engine, run);
  await current.stop();
  open = null;
  return looks.count / (workflow === 'chain' ? size : rows);
}

const whole: Ask = (engine, run) => engine.explain(run);
const step: Ask = (engine, run) => engine.explain(run, { step: 'each' });
const get: Ask = (engine, run) => engine.getRun(run);

async function failAll(worker: HandWorker): Promise<void> {
  await worker.sync();
  await worker.sync();
  const result = { status: 'failed', error: { code: 'x', message: 'No.' }, durationMs: 1 } as const;
  await worker.sync(worker.assignments.map((of) => ({ of, result })));
}

describe('an answer about a run looks at each of its rows as often, whether there are few or many', () => {
  test.each<[string, string, Ask, ((worker: HandWorker) => Promise<void>)?]>([
    ['the run, of items that are ready', 'items', whole],
    ['the step, of items that are ready', 'items', step],
    ['the step, of items that wait for their retry', 'retried-items', step, failAll],
    ['what is shown, of items that are ready', 'items', get],
    ['what is shown, of items that wait for their retry', 'retried-items', get, failAll],
    ['the run, of a chain of steps', 'chain', whole],
    ['the run, after a loop', 'loop', whole],
    ['what is shown, after a loop', 'loop', get],
  ])('%s (%s)', async (_what, workflow, ask, prepare) => {
    const few = await looksPerRow(20, workflow, ask, prepare);
    const many = await looksPerRow(1_000, workflow, ask, prepare);
    expect(many).toBeLessThanOrEqual(few * 1.2 + 2);
    expect(many).toBeLessThan(60);
  });
});
