import type { AttemptRef, WorkerId, WorkerProtocol } from '@millrace/core';

/** Gets secrets for an attempt of a step; `held` is what the worker holds: the attempt, or its local run. */
export type ReadSecrets = (
  held: AttemptRef,
  step: number,
  names: readonly string[],
) => Promise<Readonly<Record<string, string>>>;

/** The worker's own go first, and no server learns of those; the others come from the server. */
export function createReadSecrets(
  protocol: Pick<WorkerProtocol, 'readSecrets'>,
  ownSecret: (name: string) => string | null,
  worker: WorkerId,
): ReadSecrets {
  return async (held, step, wanted) => {
    const own = wanted.flatMap((name) => {
      const value = ownSecret(name);
      return value === null ? [] : [[name, value] as const];
    });
    const known = new Set(own.map(([name]) => name));
    const names = wanted.filter((name) => !known.has(name));
    const others = names.length === 0 ? {} : await protocol.readSecrets({ worker, held, step, names });
    return { ...others, ...Object.fromEntries(own) };
  };
}
