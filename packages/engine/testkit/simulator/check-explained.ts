import { isRunEnd, type LoadedRun, type PreparedPlan } from '@millrace/core';
import { explainRun } from '../../src/explain/explain-run.ts';
import type { Answer } from '../../src/explain/explanation.ts';
import type { Facts } from '../../src/explain/facts.ts';
import { controlOf } from './run-checks.ts';
import { Violation } from './violation.ts';

/** As if no worker were there and every child were being started: reasons must exist in any case. */
const bare: Omit<Facts, 'now'> = {
  workers: [],
  stopping: new Set(),
  lanes: [],
  children: new Map(),
  hooks: [],
  limits: new Map(),
  stepNames: new Map(),
  leaseMs: 9_000,
  reaperMs: 2_000,
};

/** Whatever has not ended has a reason, and something that moves it. */
export function checkExplained(plan: PreparedPlan, loaded: LoadedRun, now: number): void {
  const { id, status } = loaded.run;
  const explain = (step?: string) => explainRun(loaded, plan, { ...bare, now }, step === undefined ? {} : { step });
  const [whole, ...parts] = explain().answers;
  if (isRunEnd(status)) {
    if (whole?.reason !== 'ended' || parts.length > 0) fail(id, `it has ended as ${status}, and is ${whole?.reason}`);
    return;
  }
  if (whole?.reason === 'waiting_for_limits') {
    if (status !== 'queued' || parts.length > 0) fail(id, `it is ${status}, and said to be queued`);
    checkAnswer(id, whole, false);
    return;
  }
  const paused = status === 'paused';
  if (whole === undefined || (paused ? whole.reason !== 'paused' : !wholeReasons.has(whole.reason))) {
    fail(id, `it is ${status}, and is said to be ${whole?.reason}`);
  }
  // Paused before it began: it waits for slots as well.
  if (paused && loaded.run.startedAt === null) return;
  for (const answer of [whole, ...parts]) checkAnswer(id, answer, paused);
  if (!parts.some(isUnderWay)) fail(id, 'nothing is said to be under way');
  const { first = 0 } = controlOf(loaded.run).local ?? {};
  const ends = loaded.attempts.filter((row) => row.item === -1 && row.final && row.iteration >= first);
  const ended = new Set(ends.map(({ step }) => step));
  for (const { index, name, entry } of plan.plan.steps) {
    const told = parts.some(({ step }) => step === name);
    if (entry === 'dependencies' && !told && !ended.has(index)) fail(id, `nothing is said of step ${name}`);
    const [own] = explain(name).answers;
    if (own === undefined || own.step !== name) fail(id, `nothing is said of step ${name} when it is asked for`);
    if (entry === 'dependencies' && (own.reason === 'ended') !== ended.has(index)) fail(id, own.message);
  }
}

/** What may be said of a run that has not ended; the last ones only of local runs. */
const wholeReasons: ReadonlySet<Answer['reason']> = new Set([
  'steps_open',
  'cancelling',
  'local_run',
  'worker_lost',
  'waiting_for_worker',
]);

const isUnderWay = ({ reason }: Answer): boolean =>
  reason !== 'waiting_for_dependencies' && reason !== 'waiting_for_transition' && reason !== 'waiting_for_join';

function checkAnswer(id: string, answer: Answer, paused: boolean): void {
  const { message, changes } = answer;
  if (changes.length === 0) fail(id, `nothing is said to move it: ${message}`);
  if (/undefined|NaN/.test(message)) fail(id, message);
  switch (answer.reason) {
    case 'waiting_for_dependencies':
      if (answer.dependencies.length === 0) fail(id, message);
      return;
    case 'waiting_for_transition':
      if (answer.from.length === 0) fail(id, message);
      return;
    case 'waiting_for_join':
      // The engine begins or gives up a join that no more can arrive at, so somebody must still come.
      if (answer.missing.every(({ reason }) => reason === null)) fail(id, message);
      return;
    case 'items_open':
      // While the run is paused, no item starts.
      if ((answer.open === 0 && !paused) || answer.notStarted < 0) fail(id, message);
      return;
    case 'waiting_for_limits':
      if (answer.limits.length === 0) fail(id, message);
      return;
    default:
  }
}

function fail(id: string, message: string): never {
  throw new Violation('always_explains', `Run ${id}: ${message}.`);
}
