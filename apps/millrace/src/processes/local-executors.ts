import type { Capability } from '@millrace/core';
import {
  createCoreFunctions,
  createFunctionExecutor,
  createHttpExecutor,
  createScriptExecutor,
  createShellExecutor,
  type Executor,
  type PrivateAccess,
} from '@millrace/executors';

/** What this machine can execute without a container or a cloud. */
export const localCapabilities = ['shell', 'script', 'http', 'function'] as const satisfies readonly Capability[];
export type LocalCapability = (typeof localCapabilities)[number];

/** Executors of the wished kinds. `allowPrivate`: which private addresses `http` steps and the functions of the pack `core` may reach. */
export function createLocalExecutors(
  capabilities: readonly LocalCapability[],
  allowPrivate: PrivateAccess,
): readonly Executor[] {
  const make: Readonly<Record<LocalCapability, () => Executor>> = {
    shell: () => createShellExecutor(),
    script: () => createScriptExecutor(),
    http: () => createHttpExecutor({ allowPrivate }),
    function: () => createFunctionExecutor(createCoreFunctions(allowPrivate)),
  };
  return capabilities.map((capability) => make[capability]());
}
