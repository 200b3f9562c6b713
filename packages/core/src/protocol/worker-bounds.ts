import type { WorkerDescription } from './worker-protocol.ts';

/** What a worker may serve, whatever it says itself; null: everything. It has them from the token that it joined with. */
export type WorkerBounds = Readonly<{
  workspaces: readonly string[] | null;
  queues: readonly string[] | null;
  /** Steps that ask for no label ask for none of these either: queues and workspaces keep them away. */
  labels: readonly string[] | null;
}>;

export const noBounds: WorkerBounds = { workspaces: null, queues: null, labels: null };

/** What the worker says of itself, cut down to what it may serve. Everything that hands out work goes by this. */
export function withinBounds(worker: WorkerDescription, bounds: WorkerBounds): WorkerDescription {
  const { workspaces, queues, labels } = bounds;
  if (workspaces === null && queues === null && labels === null) return worker;
  const said = worker.workspaces;
  return {
    ...worker,
    ...(workspaces === null ? {} : { workspaces: workspaces.filter((name) => said?.includes(name) ?? true) }),
    ...(queues === null ? {} : { queues: queues.filter((name) => serves(worker.queues, name)) }),
    ...(labels === null ? {} : { labels: worker.labels.filter((label) => labels.includes(label)) }),
  };
}

const serves = (queues: readonly string[], name: string): boolean => queues.includes('*') || queues.includes(name);
