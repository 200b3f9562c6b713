import { hostname } from 'node:os';
import type { WorkerProtocol } from '@millrace/core';
import {
  createFunctionExecutor,
  createProcessStarter,
  createShellExecutor,
  type StepFunction,
} from '@millrace/executors';
import { createWorker } from '@millrace/worker';

/** As many as every other system gets. */
export const slots = 20;

export type RunningWorker = Readonly<{
  /** Whether the beginnings of bodies are told: a remote worker sends a message for each. */
  watchBodies(watched: boolean): void;
  stop(): Promise<void>;
}>;

export type OpenWorkerOptions = Readonly<{
  protocol: WorkerProtocol;
  queues: readonly string[];
  folder: string;
  functions: Readonly<Record<string, StepFunction>>;
}>;

/** A worker in this process. */
export function openWorker({ protocol, queues, folder, functions }: OpenWorkerOptions): RunningWorker {
  const worker = createWorker({
    protocol,
    description: { name: 'bench', labels: [], queues, slots, version: '0', host: hostname(), pid: process.pid },
    executors: [
      createFunctionExecutor(new Map(Object.entries(functions))),
      createShellExecutor({ starter: createProcessStarter() }),
    ],
    folder,
  });
  worker.start();
  return { watchBodies() {}, stop: () => worker.stop() };
}
