import type { StepFunction } from '@millrace/executors';

/** A kind of run that grows: how it is written at a size, and the sizes that show whether its cost does. */
export type Shape = Readonly<{
  name: string;
  /** What one unit of the size is, of which the cost is told. */
  unit: string;
  sizes: readonly number[];
  workflow(size: number): string;
}>;

const layer = 50;

/** Layers of 50 steps; each step depends on three of the layer before. */
function layeredGraph(size: number): string {
  const steps = Array.from({ length: size }, (_, index) => {
    const row = Math.floor(index / layer);
    const before = row === 0 ? [] : [0, 7, 23].map((shift) => (row - 1) * layer + ((index + shift) % layer));
    const depends = before.length === 0 ? '' : `, depends_on: [${before.map((step) => `s${step}`).join(', ')}]`;
    return `      s${index}: { type: function, function: give, input: { n: ${index} }${depends} }`;
  });
  return `\n    steps:\n${steps.join('\n')}`;
}

export const shapes: readonly Shape[] = [
  {
    name: 'fan-out',
    unit: 'item',
    sizes: [1_000, 10_000, 100_000],
    workflow: (size) => `
    steps:
      each: { type: function, function: give, for_each: ${size}, concurrency: ${size}, input: { n: "{{ item }}" } }
      join: { type: function, function: give, depends_on: [each], input: { n: "{{ length(steps.each.output) }}" } }`,
  },
  {
    name: 'limited',
    unit: 'item',
    sizes: [1_000, 10_000, 100_000],
    workflow: (size) => `
    steps:
      each:
        type: function
        function: give
        for_each: ${size}
        input: { n: "{{ item }}" }
        concurrency: { key: few, limit: 100 }`,
  },
  { name: 'graph', unit: 'step', sizes: [50, 500, 5_000], workflow: layeredGraph },
  {
    name: 'loop',
    unit: 'iteration',
    sizes: [10, 100, 1_000, 10_000],
    workflow: (size) => `
    vars: { n: 0 }
    steps:
      turn:
        type: function
        function: give
        input: { n: "{{ vars.n }}" }
        max_iterations: ${size}
        next: [{ when: "vars.n < ${size - 1}", publish: { n: "{{ vars.n + 1 }}" }, do: turn }]
    output: { n: "{{ steps.turn.output.n }}" }`,
  },
  {
    name: 'retries',
    unit: 'attempt',
    sizes: [10, 100, 200, 1_000],
    workflow: (size) => `
    steps:
      stubborn: { type: function, function: yield_at, input: { attempt: ${size} }, retry: { attempts: ${size} } }`,
  },
];

/** The bodies of their steps. */
export const functions: Readonly<Record<string, StepFunction>> = {
  give: (input) => input,
  yield_at(input, { attempt }) {
    if (attempt < Number(input.attempt)) throw new Error(`Attempt ${attempt} gives up.`);
    return attempt;
  },
};
