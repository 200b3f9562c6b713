// The definitions that the crash test lets run.

const patient = 'retry: { attempts: 20, count_worker_loss: true }';
const input = 'input: { n: { type: integer, required: true } }';

/**
 * A shell action. Its body writes that it begins into the ledger, with a text of its own (`nonce`) that is also part of its
 * result; numbered lines into its log, with pauses between them; and that it ends.
 */
function body(name: string, lines: number, pauseSeconds: number, before = ''): string {
  return `
  ${name}:
    type: shell
    ${input}
    cmd: |
      n={{ input.n }}
      nonce="$$-$(date +%s%N)"
      echo "$MILLRACE_RUN_ID $MILLRACE_STEP \${MILLRACE_ITEM_INDEX:--1} $MILLRACE_ITERATION $MILLRACE_ATTEMPT $n $nonce" >> "$LEDGER"
      line=1
      while [ $line -lt ${lines} ]; do echo "$line/${lines} $nonce"; sleep ${pauseSeconds}; line=$((line + 1)); done
      ${before}
      echo "${lines}/${lines} $nonce"
      echo "end $nonce $(date +%s%N)" >> "$LEDGER"
      printf 'OUTPUT: {"n": %s, "nonce": "%s"}\\n' "$n" "$nonce"
    env: { LEDGER: LEDGER_FILE }`;
}

const actions = [
  body('work', 3, 0.1),
  body('doze', 9, 0.5),
  // The folder of a local run holds what its steps before this one left there, and nothing else.
  body(
    'kept',
    3,
    0.1,
    '[ $n -eq $(($(tail -n 1 kept 2>/dev/null || echo $((n - 1))) + 1)) ] || exit 9; echo $n >> kept',
  ),
  body('unsure', 2, 0.1, '[ "$MILLRACE_ATTEMPT" -ge 3 ] || exit 1'),
  body('even', 2, 0.1, '[ $((n % 2)) -eq 0 ] || exit 3'),
  body('put', 2, 0.1, 'echo $n > "$MILLRACE_SHARED/put.$$"; mv "$MILLRACE_SHARED/put.$$" "$MILLRACE_SHARED/put"'),
  body('take', 2, 0.1, '[ "$(cat "$MILLRACE_SHARED/put")" = "$((n - 1))" ] || exit 9'),
];

const workflows = `
  chain: # losses of workers count as they do by default: the third one ends the step
    ${input}
    steps:
      a: { action: work, input: { n: "{{ input.n + 1 }}" } }
      b: { action: work, depends_on: [a], input: { n: "{{ steps.a.output.n + 1 }}" } }
      c: { action: work, depends_on: [b], input: { n: "{{ steps.b.output.n + 1 }}" } }
    output: { n: "{{ steps.c.output.n }}" }
  fan:
    ${input}
    steps:
      each: { for_each: 20, concurrency: 5, action: work, input: { n: "{{ item }}" }, ${patient} }
      sum: { depends_on: [each], action: work, input: { n: "{{ steps.each.output | map('n') | sum }}" }, ${patient} }
    output: { n: "{{ steps.sum.output.n }}" }
  tiny:
    ${input}
    steps:
      one: { action: work, input: { n: "{{ input.n + 1 }}" }, ${patient} }
    output: { n: "{{ steps.one.output.n }}" }
  nest:
    ${input}
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
    ${input}
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
    ${input}
    steps:
      a: { action: kept, input: { n: "{{ input.n + 1 }}" } }
      b: { action: kept, depends_on: [a], input: { n: "{{ steps.a.output.n + 1 }}" } }
      rest: { type: wait, for: 500ms, depends_on: [b] }
      c: { action: kept, depends_on: [rest], input: { n: "{{ steps.b.output.n + 1 }}" } }
    output: { n: "{{ steps.c.output.n }}" }
  loop:
    ${input}
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
    ${input}
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
    ${input}
    steps:
      each: { for_each: 2, action: doze, input: { n: "{{ item }}" }, ${patient} }
    output: { n: "{{ steps.each.output | map('n') | sum }}" }
  keyed: # its runs wait for each other
    ${input}
    concurrency: { key: door, limit: 1 }
    steps:
      a: { action: work, input: { n: "{{ input.n + 1 }}" }, ${patient} }
      b: { action: work, depends_on: [a], input: { n: "{{ steps.a.output.n + 1 }}" }, ${patient} }
    output: { n: "{{ steps.b.output.n }}" }
  benches: # its items need two keys and a place in a queue
    ${input}
    steps:
      use:
        for_each: 6
        action: work
        input: { n: "{{ item }}" }
        concurrency: [{ key: bench, limit: 2 }, { key: desk, limit: 3 }]
        queue: narrow
        ${patient}
    output: { n: "{{ steps.use.output | map('n') | sum }}" }
  rated:
    ${input}
    steps:
      call: { for_each: 5, action: work, input: { n: "{{ item }}" }, rate_limit: { key: calls, limit: 4, per: 2s }, ${patient} }
    output: { n: "{{ steps.call.output | map('n') | sum }}" }
  skipping: # items that find the key full are left out
    ${input}
    steps:
      try:
        for_each: 4
        action: work
        input: { n: "{{ item }}" }
        concurrency: { key: window, limit: 1, when_full: skip }
        ${patient}
    output: { n: "{{ input.n }}" }
  newest: # a newer run has an older one cancelled
    ${input}
    concurrency: { key: latest, limit: 1, when_full: cancel_oldest }
    steps:
      each: { for_each: 2, action: doze, input: { n: "{{ item }}" }, ${patient} }
    output: { n: "{{ steps.each.output | map('n') | sum }}" }
  hooked: # of odd numbers it fails
    ${input}
    steps:
      a: { action: work, input: { n: "{{ input.n }}" }, ${patient} }
      b: { action: even, depends_on: [a], input: { n: "{{ steps.a.output.n }}" } }
    output: { n: "{{ steps.b.output.n }}" }
    on_success: [{ action: work, input: { n: "{{ input.n }}" } }, { action: tiny, input: { n: 1 } }]
    on_failure: [{ action: work, input: { n: "{{ input.n }}" } }]
    on_suspend: [{ action: work, input: { n: "{{ input.n }}" } }]
  chatty: # a trigger starts a run for what it emits
    ${input}
    steps:
      a: { action: work, input: { n: "{{ input.n + 1 }}" }, ${patient} }
      say: { type: emit, event: said, payload: { n: "{{ steps.a.output.n }}" }, depends_on: [a] }
      each: { for_each: 3, type: emit, event: said, payload: { n: "{{ item }}" }, depends_on: [say] }
    output: { n: "{{ steps.a.output.n }}" }
  heard:
    ${input}
    steps:
      one: { action: work, input: { n: "{{ input.n }}" }, ${patient} }
  awaiting:
    ${input}
    steps:
      before: { action: work, input: { n: "{{ input.n }}" }, ${patient} }
      told: { type: wait, event: { type: told, when: event.payload.run == run.id }, depends_on: [before] }
      after: { action: work, depends_on: [told], input: { n: "{{ steps.told.output.payload.n + 1 }}" }, ${patient} }
    output: { n: "{{ steps.after.output.n }}" }
  cached: # few keys and short times, so that some find what others gave
    ${input}
    steps:
      think: { action: work, input: { n: 5 }, cache: { key: thought, ttl: 8s }, ${patient} }
      each:
        for_each: 3
        depends_on: [think]
        action: work
        input: { n: "{{ item }}" }
        cache: { key: "item {{ item }}", ttl: 8s }
        ${patient}
    output: { n: "{{ steps.think.output.n + (steps.each.output | map('n') | sum) }}" }
  shared: # its steps share files through a disk that all workers reach
    ${input}
    steps:
      put: { action: put, input: { n: "{{ input.n }}" }, shared_folder: true, ${patient} }
      take: { action: take, depends_on: [put], input: { n: "{{ steps.put.output.n + 1 }}" }, shared_folder: true, ${patient} }
    output: { n: "{{ steps.take.output.n }}" }
  bulky: # runs of which people pause and cancel many at once
    ${input}
    steps:
      each: { for_each: 3, concurrency: 1, action: work, input: { n: "{{ item }}" }, ${patient} }
      sum: { depends_on: [each], action: work, input: { n: "{{ steps.each.output | map('n') | sum }}" }, ${patient} }
    output: { n: "{{ steps.sum.output.n }}" }`;

/** `.workflows/crash.yaml` of the workspace. */
export const definitions = (ledger: string): string =>
  `queues: { narrow: { limit: 3 } }
actions:${actions.join('')}
workflows:${workflows}
triggers:
  on_said: { type: event, event: said, workflow: heard, input: { n: "{{ event.payload.n }}" } }
  on_poke: { type: event, event: poke, workflow: heard, input: { n: "{{ event.payload.n }}" } }
on_cancel: [{ action: tiny, input: { n: 2 } }]
`.replaceAll('LEDGER_FILE', JSON.stringify(ledger));

/** The event triggers, with the types of the events that they are for. */
export const triggerTypes: Readonly<Record<string, string>> = { on_said: 'said', on_poke: 'poke' };

/** How long outputs of the workflow `cached` are good. */
export const cacheTtlMs = 8_000;
