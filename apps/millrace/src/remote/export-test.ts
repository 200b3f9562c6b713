import type { Run } from '@millrace/api';
import { isRunEnd, MillraceError } from '@millrace/core';
import { type RecordedRun, type RecordedStep, writeWorkflowTest } from '@millrace/definition';
import type { RemoteOptions } from '../commands/remote-options.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { connect } from './connect.ts';

/** `millrace run export RUN --as-test`: prints a test that expects of the workflow what the run did. */
export async function exportTest(id: string, options: RemoteOptions): Promise<ExitCode> {
  const run = await connect(options).client.runs.get(id, { include: 'plan' });
  const test = writeWorkflowTest(recordedRun(run));
  process.stdout.write(options.json === true ? `${JSON.stringify({ test })}\n` : test);
  return exitCodes.ok;
}

function recordedRun(run: Run): RecordedRun {
  const { id, workflow, status, input, output, error } = run;
  if (!isRunEnd(status) || run.ended_at === null) {
    throw new MillraceError('invalid_request', `Run ${id} is ${status}; only a run that has ended can become a test.`, {
      hint: 'Wait for its end, or cancel it: millrace run cancel --help.',
    });
  }
  const graph = run.graph?.steps ?? [];
  const endedAt = Date.parse(run.ended_at);
  return {
    id,
    workflow,
    status,
    input,
    output,
    error: error as RecordedRun['error'],
    startedAt: run.started_at === null ? endedAt : Date.parse(run.started_at),
    endedAt,
    steps: graph.flatMap((planned) => {
      const step = run.steps[planned.name];
      return step === undefined ? [] : [recordedStep(planned, step)];
    }),
  };
}

type PlannedStep = NonNullable<Run['graph']>['steps'][number];

function recordedStep(planned: PlannedStep, step: Run['steps'][string]): RecordedStep {
  const { status, reason, output, error, attempts, items } = step;
  return {
    name: planned.name,
    actionType: planned.action.type,
    forEach: planned.for_each !== null,
    repeatable: planned.entry === 'transitions',
    status,
    reason,
    output,
    error: error as RecordedStep['error'],
    attempts,
    failedItems: items?.failed ?? 0,
    startedAt: instantOf(step.started_at),
    endedAt: instantOf(step.ended_at),
  };
}

const instantOf = (time: string | null): number | null => (time === null ? null : Date.parse(time));
