import { type EndedAttempt, isStepEnd, type LoadedRun, type RunId } from '@millrace/core';
import type { Engine } from '../engine-types.ts';
import type { RehearsedStep } from './rehearsal-types.ts';
import type { RunPaths } from './run-paths.ts';
import type { StepEvents } from './step-events.ts';

/** How every step and every item of all runs stands, by path. */
export async function observeSteps(
  engine: Pick<Engine, 'getRun' | 'queries' | 'store'>,
  paths: RunPaths,
  events: StepEvents,
): Promise<ReadonlyMap<string, RehearsedStep>> {
  const found = new Map<string, RehearsedStep>();
  for (const run of await allRuns(engine)) {
    const { steps, plan } = await engine.getRun(run);
    const [loaded] = await engine.store.runs.load([run]);
    const rows = lastRows(loaded?.attempts ?? []);
    for (const { index, name } of plan.steps) {
      const summary = steps[name];
      if (summary === undefined) continue;
      const { status, reason, output, error, attempts } = summary;
      const input = inputOf(rows.get(`${index}/-1`));
      const moments = events.of(run, name, -1);
      found.set(await paths.of(run, name, -1), { status, reason, input, output, error, attempts, ...moments });
    }
    for (const row of rows.values()) {
      const name = plan.steps[row.step]?.name;
      if (row.item < 0 || name === undefined) continue;
      found.set(await paths.of(run, name, row.item), { ...ofRow(row), ...events.of(run, name, row.item) });
    }
  }
  return found;
}

/** In the order in which they were started. */
export async function allRuns({ queries }: Pick<Engine, 'queries'>): Promise<readonly RunId[]> {
  const { items } = await queries.listRuns({}, { limit: Number.MAX_SAFE_INTEGER, after: null });
  return items.map(({ id }) => id).reverse();
}

/** The last attempt of the last iteration of each step run. */
function lastRows(attempts: LoadedRun['attempts']): ReadonlyMap<string, EndedAttempt> {
  const last = new Map<string, EndedAttempt>();
  for (const row of attempts) {
    const key = `${row.step}/${row.item}`;
    const known = last.get(key);
    const newer =
      known === undefined ||
      row.iteration > known.iteration ||
      (row.iteration === known.iteration && row.attempt > known.attempt);
    if (newer) last.set(key, row);
  }
  return last;
}

function ofRow(row: EndedAttempt): Omit<RehearsedStep, 'began' | 'ended'> {
  const { reason, error, attempt } = row;
  const status = row.final || !isStepEnd(row.status) ? row.status : 'waiting';
  const output = row.output === null ? null : JSON.parse(row.output);
  return { status, reason, input: inputOf(row), output, error, attempts: attempt };
}

function inputOf(row: EndedAttempt | undefined): RehearsedStep['input'] {
  return row === undefined || row.input === null || row.attempt === 0 ? undefined : JSON.parse(row.input);
}
