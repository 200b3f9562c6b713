import type { RunId } from '@millrace/core';
import type { Engine } from '@millrace/engine';

const steps = Array.from({ length: 10 }, (_, at) => {
  const after = at === 0 ? '' : `, depends_on: [s${at - 1}]`;
  return `      s${at}: { type: function, function: echo, input: { n: "{{ input.n }}" }${after} }`;
}).join('\n');

export const soakWorkflows = `
workflows:
  single:
    input: { n: { type: integer } }
    steps:
      only: { type: function, function: echo, input: { n: "{{ input.n }}" } }
  sequence:
    input: { n: { type: integer } }
    steps:
${steps}
  fan-out:
    input: { n: { type: integer } }
    steps:
      each: { type: function, function: echo, for_each: "{{ range(100) }}", input: { n: "{{ item }}" } }
`;

/** Twenty runs: how many steps they have in all says how much a soak has written. */
const mix: readonly string[] = [
  ...Array.from({ length: 17 }, () => 'sequence'),
  ...Array.from({ length: 2 }, () => 'single'),
  'fan-out',
];

/** Keeps so many runs going, one after another, until it is told to stop; tells how long those of one step took. */
export function startLoad(engine: Engine, atOnce: number, onLatency: (ms: number) => void): () => Promise<void> {
  let stopped = false;
  let started = 0;
  const next = async (): Promise<RunId> => {
    const n = started;
    started += 1;
    const workflow = mix[n % mix.length] ?? 'single';
    const began = performance.now();
    const request = { workspace: 'bench', workflow, input: { n }, trigger: { type: 'soak' }, tags: [`tag-${n % 100}`] };
    const { run } = await engine.startRun(request);
    const ended = await engine.waitForRun(run);
    if (ended !== 'succeeded') throw new Error(`Run ${run} ended as ${ended}.`);
    if (workflow === 'single') onLatency(performance.now() - began);
    return run;
  };
  const lines = Array.from({ length: atOnce }, async () => {
    while (!stopped) await next();
  });
  const all = Promise.all(lines);
  return async () => {
    stopped = true;
    await all;
  };
}
