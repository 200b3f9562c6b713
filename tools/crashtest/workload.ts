// What the crash test lets run. Every body writes a line before it works, with a text of its own that is also part of
// its result: so the audit can tell which execution a recorded result came from.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A line that a body wrote. */
export type LedgerLine = Readonly<{
  run: string;
  step: string;
  item: number;
  iteration: number;
  attempt: number;
  n: string;
  nonce: string;
}>;

/** The shapes of top-level runs, with what a run of input `n` gives. */
export const expectedOutput: Readonly<Record<string, (n: number) => number>> = {
  chain: (n) => n + 3,
  fan: () => 190,
  nest: (n) => n + 7,
  flaky: (n) => n,
  loop: () => 4,
  local: (n) => n + 3,
  slow: () => 1,
  asked: (n) => n + 1,
};

/** Runs of this workflow ask people, who say their `n`. */
export const askingWorkflow = 'asked';
export const shapes = Object.keys(expectedOutput);

/** In runs of this workflow attempts are meant to fail. */
export const failingWorkflow = 'flaky';

export function writeWorkspace(folder: string, ledger: string): void {
  mkdirSync(join(folder, '.workflows'), { recursive: true });
  writeFileSync(ledger, '');
  writeFileSync(join(folder, '.workflows', 'crash.yaml'), workflows(ledger));
}

export function readLedger(ledger: string): readonly LedgerLine[] {
  return readFileSync(ledger, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [run = '', step = '', item = '', iteration = '', attempt = '', n = '', nonce = ''] = line.split(' ');
      return { run, step, item: Number(item), iteration: Number(iteration), attempt: Number(attempt), n, nonce };
    });
}

const patient = 'retry: { attempts: 20, count_worker_loss: true }';

function body(name: string, pause: string, before = ''): string {
  return `
  ${name}:
    type: shell
    input: { n: { type: integer, required: true } }
    cmd: |
      n={{ input.n }}
      nonce="$$-$(date +%s%N)"
      echo "$MILLRACE_RUN_ID $MILLRACE_STEP \${MILLRACE_ITEM_INDEX:--1} $MILLRACE_ITERATION $MILLRACE_ATTEMPT $n $nonce" >> "$LEDGER"
      sleep ${pause}
      ${before}
      printf 'OUTPUT: {"n": %s, "nonce": "%s"}\\n' "$n" "$nonce"
    env: { LEDGER: LEDGER_FILE }`;
}

function workflows(ledger: string): string {
  const actions = [
    body('work', '0.2'),
    body('doze', '4'),
    // The folder of a local run holds what its steps before this one left there, and nothing else.
    body(
      'kept',
      '0.2',
      '[ $n -eq $(($(tail -n 1 kept 2>/dev/null || echo $((n - 1))) + 1)) ] || exit 9; echo $n >> kept',
    ),
    body('unsure', '0.1', '[ "$MILLRACE_ATTEMPT" -ge 3 ] || exit 1'),
  ];
  return `actions:${actions.join('')}
workflows:
  chain: # losses of workers count as they do by default: the third one ends the step
    input: { n: { type: integer, required: true } }
    steps:
      a: { action: work, input: { n: "{{ input.n + 1 }}" } }
      b: { action: work, depends_on: [a], input: { n: "{{ steps.a.output.n + 1 }}" } }
      c: { action: work, depends_on: [b], input: { n: "{{ steps.b.output.n + 1 }}" } }
    output: { n: "{{ steps.c.output.n }}" }
  fan:
    input: { n: { type: integer, required: true } }
    steps:
      each: { for_each: 20, concurrency: 5, action: work, input: { n: "{{ item }}" }, ${patient} }
      sum: { depends_on: [each], action: work, input: { n: "{{ steps.each.output | map('n') | sum }}" }, ${patient} }
    output: { n: "{{ steps.sum.output.n }}" }
  tiny:
    input: { n: { type: integer, required: true } }
    steps:
      one: { action: work, input: { n: "{{ input.n + 1 }}" }, ${patient} }
    output: { n: "{{ steps.one.output.n }}" }
  nest:
    input: { n: { type: integer, required: true } }
    steps:
      before: { action: work, input: { n: "{{ input.n }}" }, ${patient} }
      child: { type: workflow, workflow: tiny, depends_on: [before], input: { n: "{{ steps.before.output.n }}" } }
      many: { for_each: 3, type: workflow, workflow: tiny, depends_on: [child], input: { n: "{{ item }}" } }
      after:
        depends_on: [child, many]
        action: work
        input: { n: "{{ steps.child.output.n + (steps.many.output | map('n') | sum) }}" }
        ${patient}
    output: { n: "{{ steps.after.output.n }}" }
  flaky:
    input: { n: { type: integer, required: true } }
    steps:
      unsure:
        action: unsure
        input: { n: "{{ input.n }}" }
        retry: { attempts: 20, delay: 300ms, count_worker_loss: true }
      rest: { type: wait, for: 1s, depends_on: [unsure] }
      last: { action: work, depends_on: [rest], input: { n: "{{ steps.unsure.output.n }}" }, ${patient} }
    output: { n: "{{ steps.last.output.n }}" }
  local:
    mode: local
    input: { n: { type: integer, required: true } }
    steps:
      a: { action: kept, input: { n: "{{ input.n + 1 }}" } }
      b: { action: kept, depends_on: [a], input: { n: "{{ steps.a.output.n + 1 }}" } }
      rest: { type: wait, for: 500ms, depends_on: [b] }
      c: { action: kept, depends_on: [rest], input: { n: "{{ steps.b.output.n + 1 }}" } }
    output: { n: "{{ steps.c.output.n }}" }
  loop:
    input: { n: { type: integer, required: true } }
    vars: { round: 0 }
    steps:
      turn:
        action: work
        input: { n: "{{ vars.round }}" }
        ${patient}
        next:
          - { when: "succeeded() and vars.round < 4", publish: { round: "{{ vars.round + 1 }}" }, do: turn }
    output: { n: "{{ steps.turn.output.n }}" }
  asked:
    input: { n: { type: integer, required: true } }
    steps:
      before: { action: work, input: { n: "{{ input.n }}" }, ${patient} }
      ask:
        type: approval
        depends_on: [before]
        prompt: "Is {{ steps.before.output.n }} right?"
        form: { n: { type: integer, required: true } }
        quorum: 2
      after: { action: work, depends_on: [ask], input: { n: "{{ steps.ask.output.values.n + 1 }}" }, ${patient} }
    output: { n: "{{ steps.after.output.n }}" }
  slow:
    input: { n: { type: integer, required: true } }
    steps:
      each: { for_each: 2, action: doze, input: { n: "{{ item }}" }, ${patient} }
    output: { n: "{{ steps.each.output | map('n') | sum }}" }
`.replaceAll('LEDGER_FILE', JSON.stringify(ledger));
}
