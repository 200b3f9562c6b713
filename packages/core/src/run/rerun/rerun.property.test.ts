import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf, type WorkflowText } from '../../testing/build-plan.ts';
import { canonical, live } from '../../testing/live-run.ts';
import { flows } from '../../testing/random-flows.ts';
import { input, workflows } from '../../testing/random-runs.ts';
import { RunDriver } from '../../testing/run-driver.ts';
import { runId } from '../../values/ids.ts';
import type { JsonObject } from '../../values/json.ts';
import type { EndedAttempt } from '../records.ts';
import { restoreState } from '../restore-state.ts';
import { isRunEnd } from '../status.ts';
import { keepResults } from './kept-results.ts';
import { readReused } from './reused-input.ts';
import type { StartingPoint } from './starting-point.ts';

const choices = fc.array(fc.nat(1_000_000), { maxLength: 30 });
const anyStep = fc.nat(7).map((number) => `s${number}`);
const point: fc.Arbitrary<StartingPoint> = fc.oneof(
  fc.constant<StartingPoint>({ type: 'failed' }),
  anyStep.map((step): StartingPoint => ({ type: 'step', step, items: null })),
  fc.tuple(anyStep, fc.nat(4)).map(([step, item]): StartingPoint => ({ type: 'step', step, items: [item] })),
);
const from = fc.array(point, { minLength: 1, maxLength: 2 });
const inputs = fc.constantFrom<JsonObject>(input, input, { ...input, list: ['a', 7] }, { ...input, n: 1, no: true });

function rerun(before: RunDriver, points: readonly StartingPoint[], given: JsonObject): RunDriver {
  const id = String(Number(before.state.origin.id) + 1);
  const kept = keepResults(before.plan, { plan: before.plan, loaded: before.store.load() }, points);
  const origin = { id: runId(id), rerunOf: { run: before.state.origin.id, from: points } };
  const run = new RunDriver(before.plan, given, origin, kept, before.now + 1_000);
  // One that has to queue for its limits takes over what it keeps when it begins.
  const key = { step: -1, item: -1, iteration: 0, attempt: 0 };
  if (run.state.queued !== null) run.send({ type: 'slots_granted', key, request: 0, kept });
  return run;
}

function expectRestored(run: RunDriver): void {
  const loaded = run.store.load();
  expect(canonical(restoreState(run.plan, loaded))).toBe(canonical(run.state));
}

const isReused = ({ reason }: EndedAttempt): boolean => reason === 'reused';
/** What ended with its run or its step, or never began: what it would have given is not known. */
const isStopped = ({ status, reason, item, attempt }: EndedAttempt): boolean =>
  (status === 'cancelled' && reason !== 'item_failed') ||
  reason === 'limit_full' ||
  reason === 'limit_superseded' ||
  (reason === 'step_timed_out' && (item >= 0 || attempt === 0));
const keyText = ({ step, item, iteration }: EndedAttempt): string => `${step}.${item}.${iteration}`;

/** What was taken over is what the old run has, and nothing was taken over after the start. */
function expectFaithful(run: RunDriver, before: RunDriver, atStart: number): void {
  const old = new Map(
    [...before.store.attempts.values()].filter(({ final }) => final).map((row) => [keyText(row), row]),
  );
  const reused = [...run.store.attempts.values()].filter(isReused);
  expect(reused.length).toBe(atStart);
  for (const row of reused) {
    const source = old.get(keyText(row));
    const { status, output, error } = source ?? {};
    expect({ status: row.status, output: row.output, error: row.error }).toEqual({ status, output, error });
    const expected = source?.reason === 'reused' ? source.input : null;
    if (expected === null)
      expect(readReused(row.input ?? '')).toEqual({ run: before.state.origin.id, attempt: source?.attempt });
    else expect(row.input).toBe(expected);
  }
}

/** Steps that are named, and those behind them by dependencies, are not taken over. */
function expectFresh(run: RunDriver, points: readonly StartingPoint[]): void {
  const fresh = new Set(points.flatMap((one) => (one.type === 'step' && one.items === null ? [one.step] : [])));
  const { plan } = run.plan;
  for (const number of run.plan.order) {
    const step = plan.steps[number];
    if (step === undefined) continue;
    if (step.dependsOn.some((before) => fresh.has(plan.steps[before]?.name ?? ''))) fresh.add(step.name);
    if (!fresh.has(step.name)) continue;
    for (const row of run.store.attempts.values()) if (row.step === number) expect(row.reason).not.toBe('reused');
  }
}

const endsOf = (run: RunDriver) =>
  Object.fromEntries(
    Object.entries(run.steps).map(([name, { status, output, error, iterations, items }]) => [
      name,
      { status, output, error, iterations, items },
    ]),
  );

describe.each([
  ['of steps with dependencies', workflows, 400],
  ['with transitions, loops and joins', flows, 800],
] as readonly (readonly [string, fc.Arbitrary<WorkflowText>, number])[])('a re-run %s', (_kind, texts, numRuns) => {
  test('takes over just what the old run gave, is restored as it is, and comes to its end', () => {
    fc.assert(
      fc.property(
        texts,
        choices,
        fc.array(fc.tuple(from, inputs, choices), { minLength: 1, maxLength: 3 }),
        (text, chosen, again) => {
          let before = new RunDriver(planOf(text), input);
          live(before, chosen, () => {});
          for (const [points, given, more] of again) {
            const run = rerun(before, points, given);
            const atStart = [...run.store.attempts.values()].filter(isReused).length;
            expectFresh(run, points);
            live(run, more, expectRestored);
            expectFaithful(run, before, atStart);
            before = run;
          }
        },
      ),
      { numRuns },
    );
  });

  test('of a run of which nothing is to run again ends as that run ended, and so does one of the re-run', () => {
    // Under mutation the property is interrupted after a second, whatever it has tried by then.
    let tried = 0;
    let exact = 0;
    fc.assert(
      fc.property(texts, choices, (text, chosen) => {
        tried += 1;
        const before = new RunDriver(planOf(text), input);
        live(before, chosen, () => {});
        const rows = [...before.store.attempts.values()].filter(({ final }) => final);
        if (before.status !== 'succeeded' || rows.some(isStopped)) return;
        let run = before;
        for (let time = 0; time < 2; time++) {
          run = rerun(run, [{ type: 'failed' }], input);
          expect(isRunEnd(run.state.head.status)).toBe(true);
          expect([run.state.head.status, run.output, run.state.vars]).toEqual([
            'succeeded',
            before.output,
            before.state.vars,
          ]);
          expect(endsOf(run)).toEqual(endsOf(before));
        }
        exact += 1;
      }),
      { numRuns },
    );
    expect(exact).toBeGreaterThan(tried / 20);
  });
});
