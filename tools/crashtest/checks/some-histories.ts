// Histories for tests of the audit: runs of the crash test's own workflows, in which all is well.
import { compilePlan, type EndedAttempt, type LoadedRun, planHash, preparePlan, runId, workerId } from '@millrace/core';
import { loadDefinitions } from '@millrace/definition';
import { definitions } from '../workflows.ts';
import type { LedgerLine } from '../workload.ts';
import type { Histories, LogText } from './histories.ts';

const { definitions: loaded, diagnostics } = loadDefinitions([
  { path: '.workflows/crash.yaml', text: definitions('ledger') },
]);
if (loaded === null) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
const { workflows } = loaded;

/** The plan of a workflow; its hash is the workflow's name. */
function planOf(workflow: string) {
  const { plan, problems } = compilePlan(loaded as NonNullable<typeof loaded>, 'main', workflow);
  if (plan === null) throw new Error(problems.map(({ message }) => message).join('\n'));
  return preparePlan(plan, planHash(workflow));
}

const plans: Histories['plans'] = new Map(Object.keys(workflows).map((name) => [planHash(name), planOf(name)]));

export const attempt = (step: number, number: number, own: Partial<EndedAttempt> = {}): EndedAttempt => ({
  step,
  iteration: 0,
  item: -1,
  attempt: number,
  status: 'succeeded',
  reason: null,
  final: true,
  readyAt: 1,
  startedAt: 2,
  endedAt: 3,
  worker: workerId('w'),
  input: '{}',
  output: null,
  error: null,
  ...own,
});

/** The attempt of a body that gave `n`; its nonce tells run, step, item and attempt. */
export const done = (run: string, step: number, n: number, own: Partial<EndedAttempt> = {}): EndedAttempt => {
  const { item = -1, attempt: number = 1 } = own;
  return attempt(step, number, { ...own, output: JSON.stringify({ n, nonce: `${run}.${step}.${item}.${number}` }) });
};

export const lost = (step: number, number: number, final = false): EndedAttempt =>
  attempt(step, number, { status: 'failed', reason: 'worker_lost', final });

/** The end of a step that no body made. */
export const settled = (step: number, own: Partial<EndedAttempt> = {}): EndedAttempt =>
  attempt(step, 0, { worker: null, input: null, ...own });

export const runOf = (
  id: string,
  workflow: string,
  attempts: readonly EndedAttempt[],
  own: Partial<LoadedRun['run']> = {},
): LoadedRun => ({
  run: {
    id: runId(id),
    workspace: 'main',
    workflow,
    revision: 'r',
    plan: planHash(workflow),
    trigger: { type: 'api' },
    parent: null,
    depth: 0,
    startKey: `start-${id}`,
    tags: [],
    priority: 0,
    rerunOf: null,
    status: 'succeeded',
    startedAt: 1,
    endedAt: 9,
    control: null,
    output: null,
    error: null,
    version: 5,
    createdAt: 1,
    input: '{"n":0}',
    ...own,
  },
  attempts,
  work: [],
  waits: [],
});

/** What bodies wrote who gave the results of these runs, each from `at` for five milliseconds. */
export function ledgerOf(runs: readonly LoadedRun[], at = 10): readonly LedgerLine[] {
  return runs.flatMap(({ run, attempts }) =>
    attempts.flatMap(({ output, worker, reason, step, ...key }) => {
      if (output === null || worker === null || reason === 'cached' || reason === 'reused') return [];
      const { n, nonce } = JSON.parse(output) as { n: number; nonce: string };
      const { item, iteration, attempt: number } = key;
      const name = plans.get(run.plan)?.plan.steps[step]?.name ?? '';
      const line = { run: String(run.id), step: name, item, iteration, attempt: number, n: String(n), nonce };
      return [{ ...line, beganAt: at, endedAt: at + 5 }];
    }),
  );
}

/** The logs of bodies that wrote two lines each. */
export const logsOf = (ledger: readonly LedgerLine[]): readonly LogText[] =>
  ledger.flatMap(({ run, step, item, iteration, attempt: number, nonce }) =>
    [1, 2].map((line) => ({ run, step, item, iteration, attempt: number, text: `${line}/2 ${nonce}` })),
  );

/** All that is known of these runs, when nobody did anything but start them. */
export function historiesOf(runs: readonly LoadedRun[], own: Partial<Histories> = {}): Histories {
  const ledger = own.ledger ?? ledgerOf(runs);
  return {
    runs,
    plans,
    events: [],
    logs: logsOf(ledger),
    acknowledged: [],
    answers: [],
    emitted: [],
    pauses: [],
    cancelled: new Set(),
    retried: new Map(),
    ...own,
    ledger,
  };
}
