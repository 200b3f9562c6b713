import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { planOf, type WorkflowText } from '../testing/build-plan.ts';
import { canonical, live } from '../testing/live-run.ts';
import { flows } from '../testing/random-flows.ts';
import { input, workflows } from '../testing/random-runs.ts';
import { keyOfWork, RunDriver } from '../testing/run-driver.ts';
import { TinyStore } from '../testing/tiny-store.ts';
import { canonicalJson } from '../values/canonical-json.ts';
import type { Json } from '../values/json.ts';
import { mergeChanges } from './change-set.ts';
import type { Changes } from './changes.ts';
import { decide } from './decide.ts';
import { noteLease } from './note-lease.ts';
import type { StepKey } from './records.ts';
import { restoreState } from './restore-state.ts';
import { startRun } from './start-run.ts';
import { isRunEnd, isStepEnd } from './status.ts';

/** Runs a random history of a workflow, with a check after each command, to its end. */
const liveOf = (text: WorkflowText, chosen: readonly number[], check: (run: RunDriver) => void) =>
  live(new RunDriver(planOf(text), input), chosen, check);

const choices = fc.array(fc.nat(1_000_000), { maxLength: 40 });
const runs = { numRuns: 400 };

describe.each([
  ['of steps with dependencies', workflows],
  ['with transitions, loops and joins', flows],
])('a random run %s', (_kind, texts) => {
  test('is restored from its rows as it is, after every command', () => {
    fc.assert(
      fc.property(texts, choices, (text, chosen) => {
        liveOf(text, chosen, (run) => {
          const loaded = run.store.load();
          expect(canonical(restoreState(run.plan, loaded))).toBe(canonical(run.state));
          const turned = { ...loaded, attempts: loaded.attempts.toReversed() };
          expect(canonical(restoreState(run.plan, turned))).toBe(canonical(run.state));
        });
      }),
      runs,
    );
  });

  test('always comes to its end, once, and leaves nothing behind', () => {
    fc.assert(
      fc.property(texts, choices, (text, chosen) => {
        const ends = new Set<string>();
        liveOf(text, chosen, (run) => {
          if (!isRunEnd(run.state.head.status)) return;
          ends.add(canonicalJson(run.state.head as unknown as Json));
          expect(run.store.work.size + run.store.waits.size + run.store.slots.size).toBe(0);
          expect(Object.values(run.steps).every((summary) => isStepEnd(summary.status))).toBe(true);
        });
        expect(ends.size).toBe(1);
      }),
      runs,
    );
  });

  test('keeps what the design promises, after every command', () => {
    fc.assert(
      fc.property(texts, choices, (text, chosen) => {
        const ended = new Map<string, string>();
        liveOf(text, chosen, (run) => {
          expectGraphObeyed(run);
          expectItemsAddUp(run);
          expectAttemptsGrowByOne(run);
          expectSomethingMoves(run);
          expectIterationsGrowByOne(run);
          for (const [name, summary] of Object.entries(run.steps)) {
            if (summary.iterations !== undefined) continue;
            const known = ended.get(name);
            const now = canonicalJson(summary as unknown as Json);
            if (known !== undefined) expect(now).toBe(known);
            else if (isStepEnd(summary.status)) ended.set(name, now);
          }
          const { cancel, paused } = run.state;
          if (cancel !== null || paused !== null) expect([...run.last.work, ...started(run.last)]).toEqual([]);
          if (paused !== null) expect(run.last.waits.map(({ kind }) => kind)).not.toContain('timer');
          expect(run.status === 'paused').toBe(paused !== null);
        });
      }),
      runs,
    );
  });

  test('gives the same changes when its commands are replayed, one by one or folded into one commit', () => {
    fc.assert(
      fc.property(texts, choices, (text, chosen) => {
        const changes: Changes[] = [];
        let states: string[] = [];
        let origin: RunDriver['state']['origin'] | null = null;
        let rows = '';
        const history = liveOf(text, chosen, (run) => {
          changes.push(run.last);
          states = [...states, canonical(run.state)];
          origin = run.state.origin;
          rows = rowsOf(run.store);
        });
        if (origin === null) throw new Error('Nothing happened.');
        const plan = planOf(text);
        const first = startRun(plan, origin, input, 1_000);
        let { state } = first;
        let merged = first.changes;
        expect(first.changes).toEqual(changes[0]);
        history.forEach(({ command, now, leases }, index) => {
          if (command === 'leased') {
            for (const row of leases.values()) noteLease(state, row, row.worker, row.leasedAt);
            return;
          }
          const decided = decide(plan, state, command, now);
          if ('rejection' in decided) return;
          expect(decided.changes).toEqual(changes[index + 1]);
          state = decided.state;
          expect(canonical(state)).toBe(states[index + 1]);
          merged = mergeChanges(merged, decided.changes);
        });
        const store = new TinyStore(origin, JSON.stringify(input));
        store.apply(merged);
        expect(rowsOf(store)).toBe(rows);
        expect([...merged.work, ...merged.workHeld]).toEqual([]);
        expect(merged.waits).toEqual([]);
        expect(merged.slots?.requests ?? []).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  test('refuses every report about an attempt that has ended', () => {
    fc.assert(
      fc.property(texts, choices, (text, chosen) => {
        liveOf(text, chosen, (run) => {
          for (const attempt of [...run.store.attempts.values()].slice(-3)) {
            const key = keyOfWork(attempt);
            const result = { status: 'succeeded', output: 'late', durationMs: 1 } as const;
            expect(run.send({ type: 'attempt_finished', key, worker: null, result })?.code).toMatch(
              /stale_attempt|run_ended/,
            );
          }
        });
      }),
      { numRuns: 100 },
    );
  });
});

/** Children that their run waits for; the others have succeeded with their start. */
const started = (changes: Changes) =>
  changes.outbox.filter((message) => message.kind === 'start_child' && message.wait);

function expectGraphObeyed(run: RunDriver): void {
  if (run.state.queued !== null) return;
  const summaries = run.steps;
  for (const step of run.plan.plan.steps) {
    if (step.entry === 'transitions') continue;
    const settled = step.dependsOn.every((number) => {
      const before = run.plan.plan.steps[number];
      if (before?.entry === 'transitions') return run.state.steps[number]?.settled === true;
      const summary = summaries[before?.name ?? ''];
      return summary !== undefined && isStepEnd(summary.status);
    });
    const status = summaries[step.name]?.status;
    if (!settled) expect(['pending', 'cancelled']).toContain(status);
    if (settled) expect(status).not.toBe('pending');
  }
}

function expectItemsAddUp(run: RunDriver): void {
  for (const { items } of Object.values(run.steps)) {
    if (items === undefined) continue;
    const { total, pending, open, succeeded, failed, cancelled } = items;
    expect(pending + open + succeeded + failed + cancelled).toBe(total);
  }
}

function expectAttemptsGrowByOne(run: RunDriver): void {
  const ended = new Map<string, number[]>();
  for (const { step, item, iteration, attempt } of run.store.attempts.values()) {
    if (attempt === 0) continue;
    const key = `${step}.${item}.${iteration}`;
    ended.set(key, [...(ended.get(key) ?? []), attempt]);
  }
  for (const attempts of ended.values()) {
    expect(attempts.sort((a, b) => a - b)).toEqual(attempts.map((_, index) => index + 1));
  }
  for (const { step, item, iteration, attempt } of run.store.work.values()) {
    expect(attempt).toBe((ended.get(`${step}.${item}.${iteration}`)?.length ?? 0) + 1);
  }
}

/** Every iteration that is under way has work, or a wait that something (while it is paused: resuming) ends; a run that goes on has one of them. */
function expectSomethingMoves(run: RunDriver): void {
  const movers = new Set<string>();
  for (const row of run.store.work.values()) movers.add(`${row.step}.${row.iteration}`);
  for (const row of run.store.waits.values()) {
    const resumed = run.state.paused !== null && (row.kind === 'held' || row.kind === 'items');
    const outside = ['child', 'approval', 'event', 'slots', 'cache'].includes(row.kind);
    if (row.dueAt !== null || outside || resumed) movers.add(`${row.step}.${row.iteration}`);
  }
  let open = 0;
  for (const [step, own] of run.state.steps.entries()) {
    for (const iteration of own.open.keys()) {
      expect(movers.has(`${step}.${iteration}`)).toBe(true);
      open += 1;
    }
  }
  expect(open).toBe(run.state.open);
  if (run.state.queued !== null) expect(movers.has('-1.0')).toBe(true);
  else if (!isRunEnd(run.state.head.status)) expect(open).toBeGreaterThan(0);
  expectSlotsHaveHolders(run);
}

/** Whoever has slots waits for them, or has got past that gate; and whoever waits has asked. */
function expectSlotsHaveHolders(run: RunDriver): void {
  const waiting = [...run.store.waits.values()].filter((row) => row.kind === 'slots');
  const text = ({ step, item, iteration }: StepKey) => `${step}.${item}.${iteration}`;
  const asking = [...run.store.slots.values()].filter((row) => !row.taken).map(text);
  expect(asking.sort()).toEqual(waiting.map(text).sort());
  const launched = new Set([...run.store.work.values(), ...run.store.waits.values()].map(text));
  for (const row of run.store.slots.values()) {
    if (row.taken && row.step >= 0) expect(launched.has(text(row))).toBe(true);
  }
}

/** The iterations of a step are numbered without gaps, each has one end at most, and ends after the one before. */
function expectIterationsGrowByOne(run: RunDriver): void {
  const numbers = new Map<number, Set<number>>();
  const ends = new Map<string, number>();
  for (const rows of [run.store.attempts, run.store.work, run.store.waits]) {
    for (const { step, iteration } of rows.values()) {
      if (step < 0) continue;
      const known = numbers.get(step) ?? new Set();
      numbers.set(step, known.add(iteration));
    }
  }
  for (const { step, iteration, item, final } of run.store.attempts.values()) {
    if (item === -1 && final) ends.set(`${step}.${iteration}`, (ends.get(`${step}.${iteration}`) ?? 0) + 1);
  }
  for (const [step, known] of numbers) {
    const { iterations = -1 } = run.state.steps[step] ?? {};
    expect([...known].sort((a, b) => a - b)).toEqual(Array.from({ length: iterations }, (_, index) => index));
  }
  expect(Math.max(0, ...ends.values())).toBeLessThanOrEqual(1);
}

function rowsOf(store: TinyStore): string {
  const { run, attempts } = store.load();
  const keyed = attempts.map((row) => canonicalJson(row as unknown as Json)).sort();
  return JSON.stringify([run, keyed, store.work.size, store.waits.size, store.outbox]);
}
