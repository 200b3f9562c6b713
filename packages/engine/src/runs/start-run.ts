import type { JsonObject, RunId, RunOrigin } from '@millrace/core';
import { checkInput, MillraceError } from '@millrace/core';
import type { RunDriver } from '../commit/run-driver.ts';
import type { StartRunRequest } from '../engine-types.ts';
import type { Store } from '../ports/store.ts';
import type { EngineSettings } from '../settings.ts';
import type { LivePlans } from '../workspaces/live-plans.ts';
import type { RunIds } from './run-ids.ts';

export type StartRunOptions = Readonly<{
  store: Store;
  driver: RunDriver;
  ids: RunIds;
  livePlans: LivePlans;
  settings: EngineSettings;
}>;

/** Starts a run: finds the live plan, checks the input against its schema, commits. Resolves when the run is durable. */
export function createStartRun({ store, driver, ids, livePlans, settings }: StartRunOptions) {
  return async (request: StartRunRequest): Promise<Readonly<{ run: RunId; created: boolean }>> => {
    const { workspace, workflow } = request;
    if (driver.backlog > settings.maxBacklog) {
      throw new MillraceError('overloaded', `${driver.backlog} commands wait for the database.`, {
        hint: 'Running work goes on. Start this run again in a few seconds.',
      });
    }
    const { plan, revision } = await livePlans.require(workspace, workflow, request.revision ?? null);
    const creation = checkedInput(request, plan.plan.input, settings);
    const startKey = request.startKey ?? null;
    const origin: RunOrigin = {
      id: await ids.next(),
      workspace,
      workflow,
      revision,
      plan: plan.hash,
      trigger: request.trigger,
      parent: null,
      depth: 0,
      startKey,
      tags: request.tags ?? [],
      priority: request.priority ?? plan.plan.priority,
    };
    const settled = await driver.create(plan, origin, creation, null);
    if (settled.kind === 'applied') return { run: origin.id, created: true };
    if (settled.kind === 'exists' && startKey !== null) {
      const existing = await store.runs.findByStartKey(workspace, startKey);
      if (existing !== null) return { run: existing, created: false };
    }
    if (settled.kind === 'failed') throw settled.error;
    throw new MillraceError('conflict', `Run ${origin.id} could not be created.`, { hint: 'Start it again.' });
  };
}

function checkedInput(
  { workspace, workflow, input }: StartRunRequest,
  parameters: Parameters<typeof checkInput>[0],
  settings: EngineSettings,
): Readonly<{ input: JsonObject; inputText: string }> {
  const checked = checkInput(parameters, input);
  if (!checked.ok) {
    const lines = checked.problems.map(({ message }) => message);
    throw new MillraceError('invalid_input', `The input of ${workspace}/${workflow} is not valid. ${lines.join(' ')}`, {
      hint: `See the input that it takes: millrace workflow get ${workflow}`,
      details: { problems: checked.problems.map((problem) => ({ ...problem })) },
    });
  }
  const inputText = JSON.stringify(checked.value);
  const sizeBytes = Buffer.byteLength(inputText);
  if (sizeBytes > settings.inputBytes) {
    throw new MillraceError(
      'too_large',
      `The input is ${sizeBytes} bytes; at most ${settings.inputBytes} are allowed.`,
      {
        hint: 'Put large data into a file or object store and give its address as input, or raise the limit input_bytes.',
      },
    );
  }
  return { input: checked.value, inputText };
}
