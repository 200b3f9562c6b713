import type { WorkflowDefinition } from '@millrace/core';
import type { z } from 'zod';
import type { Report } from '../diagnostics/diagnostic.ts';
import { readNode } from '../grammar/read-node.ts';
import { workflowHead } from '../grammar/workflow.ts';
import { describeValue } from '../values/describe-value.ts';
import { mapAt, placeOfKey, toJson } from '../yaml/source-node.ts';
import { concurrencyOf, milliseconds, parametersOf, rateLimitOf } from './from-written.ts';
import { hooksOf } from './hooks.ts';
import type { Named } from './named.ts';

/** A workflow without its steps. */
export type WorkflowHead = Omit<WorkflowDefinition, 'steps'>;

/** What a workflow says beside its steps; null when there is an error, which is reported. */
export function buildWorkflowHead({ name, at, node }: Named, report: Report): WorkflowHead | null {
  const subject = { name: `Workflow \`${name}\``, at, noun: 'workflow' } as const;
  if (node.kind !== 'map') {
    const message = `${subject.name} must be a map of keys; got ${describeValue(toJson(node))}.`;
    report({ code: 'not_a_map', message, hint: 'Write `steps:` below it.', at });
    return null;
  }
  const steps = mapAt(node, 'steps');
  if (steps?.entries.size === 0) {
    const message = `${subject.name} has no steps.`;
    report({ code: 'empty_workflow', message, hint: 'Add at least one step.', at: placeOfKey(node, 'steps') });
    return null;
  }
  const written = readNode(workflowHead, node, subject, report);
  return written === null ? null : fromAccepted(name, written);
}

function fromAccepted(name: string, written: z.output<typeof workflowHead>): WorkflowHead {
  const { description, output, timeout, stop_grace: stopGrace, queue, priority, concurrency } = written;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    tags: written.tags ?? [],
    input: parametersOf(written.input),
    vars: written.vars ?? {},
    ...(output === undefined ? {} : { output }),
    failFast: written.fail_fast ?? false,
    ...(timeout === undefined ? {} : { timeoutMs: milliseconds(timeout) }),
    ...(stopGrace === undefined ? {} : { stopGraceMs: milliseconds(stopGrace) }),
    ...(queue === undefined ? {} : { queue }),
    ...(priority === undefined ? {} : { priority }),
    ...(concurrency === undefined ? {} : { concurrency: concurrencyOf(concurrency) }),
    ...(written.rate_limit === undefined ? {} : { rateLimit: rateLimitOf(written.rate_limit) }),
    mode: written.mode ?? 'distributed',
    ...(written.on_worker_loss === undefined ? {} : { onWorkerLoss: written.on_worker_loss }),
    hooks: hooksOf(written),
  };
}
