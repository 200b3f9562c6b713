import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WorkflowText } from '../../testing/build-plan.ts';
import { canonical } from '../../testing/live-run.ts';
import { LocalDriver } from '../../testing/local-driver.ts';
import { flows } from '../../testing/random-flows.ts';
import { input, workflows } from '../../testing/random-runs.ts';
import { keyOfWork } from '../../testing/run-driver.ts';
import { runId } from '../../values/ids.ts';
import type { AttemptResult } from '../command.ts';
import { restoreState } from '../restore-state.ts';
import { isRunEnd } from '../status.ts';

const results: readonly AttemptResult[] = [
  { status: 'succeeded', output: { ok: [1, 'x'] }, durationMs: 7 },
  { status: 'failed', error: { code: 'a', message: 'A.' }, durationMs: 7 },
  { status: 'failed', error: { code: 'b', message: 'B.', retryable: false }, durationMs: 7 },
];

/** One thing that happens next to the run, at its worker or at the server. */
function act(run: LocalDriver, choice: number, gentle: boolean): void {
  const { record, server } = run;
  if (record === null) {
    if (!gentle && choice % 5 === 0) server.send({ type: 'cancel', by: 'x', reason: null, force: choice % 2 === 0 });
    else if (run.asksForSlots !== undefined) answerSlots(run, gentle ? 0 : choice >> 4);
    else if (run.ownWork !== undefined) run.lease();
    return;
  }
  const kind = choice % (gentle ? 4 : 8);
  const one = run.running[(choice >> 4) % Math.max(1, run.running.length)];
  const result = (gentle ? results[0] : results[(choice >> 8) % results.length]) as AttemptResult;
  if (kind === 0 && run.beginOne()) return;
  if (kind <= 1 && one !== undefined) run.end(one.name, result);
  else if (kind === 2 && record.nextDueAt !== null) {
    server.now = Math.max(server.now, record.nextDueAt);
    record.fireDue(run.now);
  } else if (kind === 4) run.report((choice >> 4) % 5);
  else if (kind === 5 && (choice >> 4) % 4 === 0) run.lose();
  else if (kind === 6) server.send({ type: 'cancel', by: 'x', reason: null, force: (choice >> 4) % 3 === 0 });
  else if (kind === 7) stopOrFire(run, choice);
  else {
    if (gentle && run.server.state.local?.stop != null) record.stop(true, run.now);
    run.report();
  }
}

function answerSlots({ server, asksForSlots }: LocalDriver, choice: number): void {
  if (asksForSlots === undefined) return;
  const { request } = asksForSlots;
  const key = keyOfWork(asksForSlots);
  if (choice % 3 !== 2) server.send({ type: 'slots_granted', key, request });
  else server.send({ type: 'slots_refused', key, request, reason: 'full', limit: 'k', by: runId('9') });
}

function stopOrFire(run: LocalDriver, choice: number): void {
  const due = [...run.server.store.waits.values()].filter(({ dueAt }) => dueAt !== null);
  const wait = due[(choice >> 4) % Math.max(1, due.length)];
  if (choice % 3 !== 0 || wait === undefined) {
    if (run.server.state.local?.stop != null) run.record?.stop((choice >> 4) % 3 === 0, run.now);
    return;
  }
  const { step, item, iteration, attempt, kind } = wait;
  run.server.send({ type: 'timer_fired', key: { step, item, iteration, attempt }, kind });
}

const choices = fc.array(fc.nat(1_000_000), { maxLength: 60 });

test.each([
  ['of steps with dependencies', workflows],
  ['with transitions, loops and joins', flows],
])('a random local run %s is restored from its rows as it is, and comes to its end, once', (_, texts) => {
  fc.assert(
    fc.property(texts, choices, (text: WorkflowText, chosen) => {
      const run = new LocalDriver(text, input);
      const check = () => {
        const { server } = run;
        const loaded = server.store.load();
        expect(canonical(restoreState(run.plan, loaded))).toBe(canonical(server.state));
        for (const { step, dueAt } of loaded.waits) if (dueAt !== null) expect(step).toBe(-1);
        for (const { step } of loaded.work) expect(step).toBe(-1);
        if (isRunEnd(server.state.head.status)) expect(loaded.work.length + loaded.waits.length).toBe(0);
        else expect(loaded.work).toHaveLength(run.asksForSlots === undefined ? 1 : 0);
      };
      const over = () => isRunEnd(run.server.state.head.status);
      check();
      for (const choice of chosen) {
        if (over()) break;
        act(run, choice, false);
        run.server.now += 1;
        check();
      }
      for (let left = 1_000; !over(); left -= 1) {
        if (left === 0) throw new Error(`The run does not end: ${run.server.statuses}`);
        act(run, left, true);
        run.server.now += 1;
        check();
      }
      expectOneResultEach(run);
    }),
    { numRuns: 300 },
  );
});

function expectOneResultEach(run: LocalDriver): void {
  const ends = new Map<string, number[]>();
  for (const { step, item, iteration, attempt, final } of run.server.store.attempts.values()) {
    const key = `${step}.${item}.${iteration}`;
    ends.set(key, [...(ends.get(key) ?? []), final ? attempt + 1_000 : attempt]);
  }
  for (const attempts of ends.values()) expect(attempts.filter((number) => number >= 1_000)).toHaveLength(1);
}
