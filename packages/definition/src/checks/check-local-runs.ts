import type { ActionType } from '@millrace/core';
import type { Report } from '../diagnostics/diagnostic.ts';
import { placeOfKey } from '../yaml/source-node.ts';
import { type Loaded, type LoadedStep, type LoadedWorkflow, typeOfStep } from './loaded.ts';

/** What needs the server in the middle of a run, which a worker that carries a whole run out does not ask. */
const serverTypes: Partial<Readonly<Record<ActionType, string>>> = {
  workflow: 'starts a run of its own',
  approval: 'waits for people',
};

/** Keys that are about where a single step goes, or about what runs share. */
const serverKeys = ['queue', 'queue_timeout', 'rate_limit', 'cache'] as const;

/** A local run holds what needs nothing but its worker. */
export function checkLocalRuns(loaded: Loaded, report: Report): void {
  for (const workflow of loaded.workflows.values()) {
    if (workflow.head?.mode === 'local') {
      for (const step of workflow.steps.values()) checkStep(loaded, workflow, step, report);
    } else if (workflow.head?.onWorkerLoss !== undefined) {
      report({
        code: 'useless_key',
        message: `Workflow \`${workflow.name}\` has \`on_worker_loss\`, which is for local runs.`,
        hint: 'Add `mode: local`, or remove it. In a distributed run the step alone runs again.',
        at: placeIn(workflow, 'on_worker_loss'),
      });
    }
  }
}

function checkStep(loaded: Loaded, { name: workflow }: LoadedWorkflow, step: LoadedStep, report: Report): void {
  const { name, definition } = step;
  if (definition === null) return;
  const refuse = (key: string, why: string, hint: string): void =>
    report({
      code: 'not_in_local_run',
      message: `Step \`${name}\` ${why}, and workflow \`${workflow}\` has \`mode: local\`.`,
      hint,
      at: placeIn(step, key),
    });
  const type = typeOfStep(loaded, step);
  const what = type === null ? undefined : serverTypes[type];
  const typeKey = definition.action === undefined ? 'type' : 'action';
  if (what !== undefined) {
    refuse(typeKey, what, 'Leave out `mode: local`, or let a distributed workflow do that and call this one.');
  }
  if (waitsForEvent(loaded, step)) {
    refuse(typeKey, 'waits for an event', 'Wait for it in a distributed workflow that calls this one.');
  }
  for (const key of serverKeys) {
    if (has(step, key))
      refuse(key, `has \`${key}\``, 'A local run goes to one worker as a whole; set it for the workflow.');
  }
  if (definition.api === true) {
    refuse(
      'api',
      'may call the API',
      'Let a distributed workflow do that: a server knows of no attempt of a local run.',
    );
  }
  if (definition.concurrency !== undefined) {
    refuse('concurrency', 'has a limit that runs share', 'Set the limit for the workflow; a number here bounds items.');
  }
}

function waitsForEvent(loaded: Loaded, { definition }: LoadedStep): boolean {
  const body = definition?.inline ?? loaded.actions.get(definition?.action ?? '')?.definition?.body;
  return body?.type === 'wait' && body.event !== undefined;
}

const has = ({ node }: LoadedStep, key: string): boolean => node.kind === 'map' && node.entries.has(key);

const placeIn = ({ node, at }: Pick<LoadedStep, 'node' | 'at'>, key: string) =>
  node.kind === 'map' ? placeOfKey(node, key) : at;
