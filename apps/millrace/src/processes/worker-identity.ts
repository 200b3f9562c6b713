import { hostname } from 'node:os';
import type { WorkerDescription } from '@millrace/core';
import { version } from '../version.ts';

export type WorkerShape = Readonly<{
  name?: string | undefined;
  slots: number;
  labels?: readonly string[] | undefined;
  queues?: readonly string[] | undefined;
}>;

/** For a worker that is the only one: nobody else would take what stands in another queue than the default one. */
export const everyQueue = ['*'] as const;

/** Who a worker of this process is, for the server and for people. */
export function describeWorker(shape: WorkerShape): Omit<WorkerDescription, 'id' | 'capabilities'> {
  return {
    name: shape.name ?? `${hostname()}-${process.pid}`,
    labels: shape.labels ?? [],
    queues: shape.queues ?? ['default'],
    slots: shape.slots,
    version,
    host: hostname(),
    pid: process.pid,
  };
}
