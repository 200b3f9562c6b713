// A run without a server: memory store, engine and executors in this process. Steps run as they would under a server, in
// a copy of the workspace's files; only what a server would keep (state, logs, files) is not kept.
import { rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalBlobStore } from '@millrace/blobs';
import type { Definitions, JsonObject, LogChunk, Plan, RunId, WorkerProtocol } from '@millrace/core';
import {
  createEngine,
  createMemoryStore,
  type Engine,
  type EngineEvent,
  type RunDetail,
  type SecretSource,
} from '@millrace/engine';

import { type LoadedWorkspace, openWorkspaceFiles, type WorkspaceLocation } from '@millrace/sources';
import { createWorker } from '@millrace/worker';
import { createLocalExecutors, localCapabilities } from '../processes/local-executors.ts';
import { describeWorker, everyQueue } from '../processes/worker-identity.ts';
import { createLogLines } from '../terminal/log-lines.ts';
import { answerOffline, type OfflineAnswering } from './answer-offline.ts';
import { awaitHooks } from './await-hooks.ts';
import { type GivenEvent, giveEvents } from './give-events.ts';

export type OfflineRequest = Readonly<{
  location: WorkspaceLocation;
  definitions: Definitions;
  /** Hash of the definitions. */
  hash: string;
  /** Files of the packs that are used. */
  packFiles: LoadedWorkspace['packs']['files'];
  workflow: string;
  input: JsonObject;
  /** Where its steps' secrets come from. */
  secrets: readonly SecretSource[];
  onEvent?: (event: EngineEvent) => void;
  /** A line of a step's log; `step` is its name as people know it. */
  onLog?: (step: string, line: string) => void;
  /** Given when a step waits for them. */
  events: readonly GivenEvent[];
  /** A hook that could not be called, or whose run did not succeed. It changes nothing of the run. */
  onHookFailed?: (hook: string, why: string) => void;
  /** Who answers approvals. */
  answering: OfflineAnswering;
  /** Aborts: the run is cancelled, and the answer is the cancelled run. */
  signal?: AbortSignal;
}>;

const workspace = 'local';

/** Runs a workflow to its end, and the hooks that it calls. Throws `workflow_not_found`, `invalid_input`, `invalid_definition` before anything ran. */
export async function runOffline(request: OfflineRequest): Promise<RunDetail> {
  const { store, queries } = createMemoryStore();
  const folder = join(tmpdir(), `millrace-run-${process.pid}`);
  const blobs = createLocalBlobStore({ folder, sync: false }); // Nothing is ever put: logs and files go around it.
  // A laptop may sleep for longer than a lease; nobody else could take over here, so leases are long.
  const settings = { leaseMs: 24 * 60 * 60 * 1000 };
  const { secrets } = request;
  const engine = await createEngine({ store, queries, blobs, settings, secrets, fireSchedules: false });
  const logs = createStepLogs(request.onLog ?? (() => undefined));
  const protocol = localProtocol(engine, request, logs);
  const worker = createWorker({
    protocol,
    description: describeWorker({
      slots: Math.max(8, availableParallelism() * 4),
      queues: everyQueue,
      labels: labelsAskedFor(request.definitions),
    }),
    executors: createLocalExecutors(localCapabilities, true),
    folder,
    sharedFolder: join(folder, 'shared'),
  });
  const over = new AbortController();
  const stopped = request.signal === undefined ? over.signal : AbortSignal.any([request.signal, over.signal]);
  const people = answerOffline(engine, request.answering, stopped);
  const events = giveEvents(engine, workspace, request.events);
  const unsubscribe = engine.subscribe((event) => {
    request.onEvent?.(event);
    if (event.type !== 'step' || event.status !== 'waiting') return;
    people.look();
    events.look();
  });
  await engine.start();
  try {
    await engine.publishWorkspace({
      workspace,
      revision: request.hash,
      source: { type: 'folder', path: request.location.root },
      definitions: request.definitions,
      diagnostics: [],
      files: null,
    });
    const { run } = await engine.startRun({
      workspace,
      workflow: request.workflow,
      input: request.input,
      trigger: { type: 'cli' },
    });
    worker.start();
    const failure = await Promise.race([
      waitForEnd(engine, run, request.signal, over.signal),
      people.failed,
      events.failed,
    ]);
    if (failure !== undefined) throw failure;
    return await awaitHooks(engine, run, request.onHookFailed ?? (() => undefined), over.signal);
  } finally {
    over.abort();
    await worker.stop({ graceMs: 0 });
    logs.end();
    unsubscribe();
    await engine.stop();
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
  }
}

/** All labels of a workspace: this machine is the only one, and whoever says "run it here" means every step. */
function labelsAskedFor({ actions, workflows }: Definitions): string[] {
  const steps = Object.values(workflows).flatMap((workflow) => workflow.steps);
  return [...new Set([...Object.values(actions), ...steps].flatMap(({ labels }) => labels))];
}

/** `over`: nobody waits any more. */
async function waitForEnd(
  engine: Engine,
  run: RunId,
  signal: AbortSignal | undefined,
  over: AbortSignal,
): Promise<void> {
  const cancel = (): void => {
    engine.cancelRun(run, { by: 'ctrl-c', reason: null, force: false }).catch(() => undefined);
  };
  if (signal?.aborted === true) cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  await engine.waitForRun(run, { signal: over });
  signal?.removeEventListener('abort', cancel);
}

type StepLogs = ReturnType<typeof createStepLogs>;

/** Turns chunks of logs into lines with the names of their steps, which are known from the assignments. */
function createStepLogs(onLog: (step: string, line: string) => void) {
  const names = new Map<string, string>();
  /** Of local runs, whose steps no assignment names. */
  const plans = new Map<RunId, Plan['steps']>();
  const lines = createLogLines((key, line) => onLog(names.get(key) ?? key, line));
  const keyOf = (ref: Readonly<{ run: string; step: number; item: number; iteration: number }>): string =>
    `${ref.run}/${ref.step}/${ref.item}/${ref.iteration}`;
  return {
    learn(assignment: Parameters<typeof keyOf>[0] & Readonly<{ stepName: string }>): void {
      const { stepName, item } = assignment;
      names.set(keyOf(assignment), item >= 0 ? `${stepName}[${item}]` : stepName);
    },
    learnAll(run: RunId, { steps }: Plan): void {
      plans.set(run, steps);
    },
    add(chunk: LogChunk): void {
      const key = keyOf(chunk);
      const stepName = names.has(key) ? undefined : plans.get(chunk.run)?.[chunk.step]?.name;
      if (stepName !== undefined) this.learn({ ...chunk, stepName });
      lines.add(key, chunk.data);
    },
    end: lines.end,
  };
}

function localProtocol(engine: Engine, { location, packFiles }: OfflineRequest, logs: StepLogs): WorkerProtocol {
  return {
    async sync(request, signal) {
      const response = await engine.workers.sync(request, signal);
      for (const assignment of response.assignments) logs.learn(assignment);
      for (const { run, plan } of response.localRuns ?? []) logs.learnAll(run, plan);
      return response;
    },
    async appendLogs(chunks) {
      for (const chunk of chunks) logs.add(chunk);
    },
    openFiles: () => openWorkspaceFiles(location, packFiles),
    endedRuns: engine.workers.endedRuns,
    readSecrets: engine.workers.readSecrets,
  };
}
