import type { Plan, PlanStep } from '@millrace/core';

function step(index: number, name: string, dependsOn: readonly number[]): PlanStep {
  return {
    index,
    name,
    entry: 'dependencies',
    dependsOn,
    dependants: [],
    next: [],
    join: null,
    maxIterations: 1000,
    when: null,
    action: {
      name,
      type: 'shell',
      inline: true,
      input: null,
      output: null,
      body: { type: 'shell', cmd: `echo ${name}` },
      reads: [],
    },
    input: {},
    env: {},
    forEach: null,
    itemConcurrency: null,
    batchSize: null,
    onItemFailure: 'finish',
    concurrency: null,
    rateLimit: null,
    retry: null,
    timeoutMs: null,
    stepTimeoutMs: null,
    queueTimeoutMs: null,
    delay: null,
    continueOnFailure: false,
    cache: null,
    priority: 0,
    lane: { queue: 'default', capability: 'shell', labels: [] },
  };
}

/** A workflow of two steps, `build` and then `test`. */
export const samplePlan: Plan = {
  format: 1,
  workspace: 'shop',
  workflow: 'release',
  description: 'Builds and tests.',
  input: {
    kind: 'flat',
    fields: {
      tag: { type: 'string', required: true, min_length: 1 },
      count: { type: 'integer', default: 1 },
      notes: { type: 'text', multiple: true, description: 'Lines.' },
      key: { type: 'string', secret: true },
    },
  },
  vars: {},
  output: null,
  failFast: false,
  timeoutMs: null,
  priority: 0,
  queue: 'default',
  mode: 'distributed',
  concurrency: null,
  hooks: {},
  steps: [step(0, 'build', []), step(1, 'test', [0])],
  places: {},
};
