// An engine by hand for tests of explanations: each reason is produced by the engine itself.
import { afterEach, expect } from 'vitest';
import type { Engine } from '../src/engine-types.ts';
import type { Answer, ReasonName } from '../src/explain/explanation.ts';
import type { RunCommit } from '../src/ports/run-store.ts';
import type { Store } from '../src/ports/store.ts';
import { settle, startTestEngine, type TestEngine } from './test-engine.ts';

const yaml = `
queues:
  narrow: { limit: 1 }
workflows:
  two:
    steps:
      first: { type: shell, cmd: "true" }
      other: { type: shell, cmd: "true" }
      second: { type: shell, depends_on: [first, other], cmd: "true" }
      third: { type: shell, depends_on: [second], cmd: "true" }
  branches:
    steps:
      begin:
        type: shell
        cmd: "true"
        next:
          - { when: "result().way == 'left'", do: left }
          - { when: "result().way == 'right'", do: right }
      left: { type: shell, cmd: "true", next: [{ do: end }] }
      right: { type: shell, cmd: "true", next: [{ do: end }] }
      end: { type: shell, cmd: "true" }
      report: { type: shell, cmd: "true", depends_on: [end] }
  joined:
    steps:
      begin: { type: shell, cmd: "true", next: [{ do: [unit, lint] }] }
      unit: { type: shell, cmd: "true", next: [{ do: ship }] }
      lint: { type: shell, cmd: "true", next: [{ do: [ship, docs] }] }
      docs: { type: shell, cmd: "true", next: [{ do: ship }] }
      ship: { type: shell, cmd: "true", join: all }
  loop:
    steps:
      begin: { type: shell, cmd: "true", next: [{ do: again }] }
      again: { type: shell, cmd: "true", next: [{ do: again }] }
  first-wins:
    steps:
      quick: { type: shell, cmd: "true", next: [{ do: succeed }] }
      slow: { type: shell, cmd: "true" }
  one:
    steps:
      only: { type: shell, cmd: "true" }
  labelled:
    steps:
      only: { type: shell, cmd: "true", labels: [gpu, big], queue: nightly }
  items-later:
    steps:
      first: { type: shell, cmd: "true" }
      each: { type: shell, cmd: "true", for_each: 4, depends_on: [first] }
  retried:
    steps:
      only: { type: shell, cmd: "true", retry: { attempts: 3, delay: 10s } }
  strict:
    steps:
      only: { type: shell, cmd: "true", retry: { attempts: 1, delay: 10s, count_worker_loss: true } }
  later:
    steps:
      only: { type: shell, cmd: "true", delay: 1h }
  sleepy:
    steps:
      only: { type: wait, for: 30d }
  local:
    mode: local
    timeout: 1h
    steps:
      only: { type: shell, cmd: "true" }
      later: { type: shell, cmd: "true", delay: 1m }
      after: { type: shell, cmd: "true", depends_on: [only], labels: [gpu] }
  shared:
    steps:
      only: { type: shell, cmd: "true", shared_folder: true }
  parent:
    steps:
      child: { type: workflow, workflow: one }
  parents:
    steps:
      each: { type: workflow, workflow: one, for_each: 3 }
  many-parents:
    steps:
      each: { type: workflow, workflow: one, for_each: 20 }
  a-hundred:
    steps:
      each: { type: shell, cmd: "true", for_each: 100, retry: { attempts: 2, delay: 1h } }
  many:
    steps:
      each: { type: shell, cmd: "true", for_each: 6, concurrency: 2 }
      after: { type: shell, cmd: "true", depends_on: [each] }
  strict-items:
    steps:
      each: { type: shell, cmd: "true", for_each: 4, on_item_failure: stop }
  bounded:
    timeout: 2m
    steps:
      only: { type: shell, cmd: "true", queue_timeout: 10s, timeout: 20s, step_timeout: 1m }
  limited:
    timeout: 2m
    steps:
      only: { type: shell, cmd: "true" }
  fast:
    fail_fast: true
    steps:
      breaks: { type: shell, cmd: "false" }
      goes: { type: shell, cmd: "true" }
  asking:
    steps:
      only: { type: approval, prompt: "Ship it?" }
  board:
    steps:
      only:
        type: approval
        prompt: Ship it?
        approvers: { users: [ada, bob], roles: [release] }
        quorum: 2
        timeout: 1d
        on_timeout: skip
        escalate: { after: 1h, approvers: { users: [cy] } }
  awaiting:
    steps:
      only: { type: wait, event: { type: order.paid, when: event.payload.order == 7, timeout: 1h } }
  awaiting-any:
    steps:
      only: { type: wait, event: order.paid }
  asking-each:
    steps:
      only: { type: approval, prompt: "{{ item }}?", for_each: 2 }
  keyed:
    steps:
      only: { type: shell, cmd: "true", concurrency: { key: db } }
  hasty:
    steps:
      only: { type: shell, cmd: "true", concurrency: { key: db }, queue_timeout: 5s }
  exclusive:
    concurrency: { key: all }
    steps:
      only: { type: shell, cmd: "true" }
  rated:
    steps:
      only: { type: shell, cmd: "true", rate_limit: { key: api, limit: 1, per: 1m } }
  in-queue:
    steps:
      only: { type: shell, cmd: "true", queue: narrow }
  kept:
    steps:
      only: { type: shell, cmd: "true", cache: { key: k, ttl: 1h } }
  never:
    steps:
      skipped: { type: shell, cmd: "true", when: "1 == 2" }
      only: { type: shell, cmd: "true" }
`;

/** When the clock of the tests begins. */
export const begin = Date.parse('2026-01-01T00:00:00Z');

type Run = Parameters<Engine['explain']>[0];

type ExplainingEngine = TestEngine &
  Readonly<{
    explain(...request: Parameters<Engine['explain']>): Promise<readonly Answer[]>;
    /** The answer of a step, which must have this reason. */
    reasonOf<Name extends ReasonName>(run: Run, name: Name, step?: string): Promise<Extract<Answer, { reason: Name }>>;
  }>;

async function startExplaining(options?: Parameters<typeof startTestEngine>[1]): Promise<ExplainingEngine> {
  const started = await startTestEngine(yaml, options);
  const explain: ExplainingEngine['explain'] = async (run, request) =>
    (await started.engine.explain(run, request)).answers;
  return {
    ...started,
    explain,
    async reasonOf<Name extends ReasonName>(run: Run, name: Name, step = 'only') {
      const [answer] = await explain(run, { step });
      if (answer?.reason !== name) throw new Error(`${step} is ${answer?.reason}, not ${name}: ${answer?.message}`);
      return answer as Extract<Answer, { reason: Name }>;
    },
  };
}

/** For the tests of one file: starts an engine in a test, which is stopped after it and must have met no error. */
export function explainingEngines(): typeof startExplaining {
  let open: ExplainingEngine | null = null;
  afterEach(async () => {
    expect(open?.errors ?? []).toEqual([]);
    await open?.stop();
    open = null;
  });
  return async (options) => {
    open = await startExplaining(options);
    return open;
  };
}

/** Holds back commits, as a slow database would. */
export function createGate() {
  let holds: (commit: RunCommit) => boolean = () => false;
  let wait = Promise.withResolvers<void>();
  return {
    close(which: typeof holds): void {
      holds = which;
      wait = Promise.withResolvers();
    },
    async open(): Promise<void> {
      holds = () => false;
      wait.resolve();
      await settle();
    },
    wrap: (store: Store): Store => ({
      ...store,
      runs: {
        ...store.runs,
        async commit(batch, hint) {
          if (batch.some((commit) => holds(commit))) await wait.promise;
          return store.runs.commit(batch, hint);
        },
      },
    }),
  };
}

export const shapeOf = (answers: readonly Answer[]) => answers.map(({ step, item, reason }) => [step, item, reason]);
