import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ActionBody, type Assignment, type AttemptResult, type JsonObject, runId } from '@millrace/core';
import { afterAll } from 'vitest';
import { baseEnvironment, type ExecutionContext, type Executor, type LogSink, type StopReason } from '../src/index.ts';

/** A folder for one test file, removed when its tests are over. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const limits = { outputBytes: 1024 * 1024, logBytes: 10 * 1024 * 1024, graceMs: 500 };

export function assignmentOf(body: ActionBody, input: JsonObject = {}, more: Partial<Assignment> = {}): Assignment {
  return {
    run: runId('42'),
    step: 0,
    item: -1,
    iteration: 0,
    attempt: 1,
    workspace: 'main',
    revision: 'r1',
    workflow: 'flow',
    stepName: 'build',
    actionName: 'build',
    body,
    env: {},
    input,
    names: {},
    timeoutMs: null,
    places: {},
    limits,
    ...more,
  };
}

export type Step = Readonly<{
  context: ExecutionContext;
  stop(reason: StopReason, force?: boolean): void;
  /** What arrived on a stream so far. */
  text(stream: 'stdout' | 'stderr' | 'system'): string;
  bytes(): number;
}>;

let count = 0;

/** A context for one attempt, with its folders, inside `scratch`. */
export function makeStep(scratch: string, assignment: Assignment, more: Partial<ExecutionContext> = {}): Step {
  const root = join(scratch, String(++count));
  const workDir = join(root, 'work');
  const tempDir = join(root, 'temp');
  mkdirSync(workDir, { recursive: true });
  mkdirSync(tempDir, { recursive: true });
  const written: { stream: string; bytes: Buffer }[] = [];
  const log: LogSink = {
    write(stream, bytes) {
      written.push({ stream, bytes: Buffer.from(bytes) });
      return undefined;
    },
  };
  const signal = new AbortController();
  const killed = new AbortController();
  const state = { stopReason: null as StopReason | null };
  const context: ExecutionContext = {
    assignment,
    missingFolders: [],
    spareFolder: null,
    foldersLeftClean() {},
    workDir,
    tempDir,
    sharedDir: null,
    log,
    signal: signal.signal,
    killed: killed.signal,
    environment: baseEnvironment(process.env),
    ...more,
    get stopReason() {
      return state.stopReason;
    },
  };
  return {
    context,
    stop(reason, force = false) {
      state.stopReason ??= reason;
      signal.abort(reason);
      if (force) killed.abort(reason);
    },
    text: (stream) =>
      Buffer.concat(written.filter((each) => each.stream === stream).map(({ bytes }) => bytes)).toString(),
    bytes: () => written.reduce((sum, { bytes }) => sum + bytes.length, 0),
  };
}

/** Executes a body and gives the result with what it printed. */
export async function runBody(
  scratch: string,
  executor: Executor,
  body: ActionBody,
  input: JsonObject = {},
  more: Partial<Assignment> = {},
): Promise<{ result: AttemptResult; step: Step }> {
  const step = makeStep(scratch, assignmentOf(body, input, more));
  return { result: await executor.execute(step.context), step };
}

/** The fault of a result that is expected to have one. */
export function faultOf(result: AttemptResult) {
  if (result.status === 'succeeded') throw new Error(`It succeeded with ${JSON.stringify(result.output)}.`);
  return result.error;
}
