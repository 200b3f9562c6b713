import type { Capability } from '@millrace/core';
import {
  createCoreFunctions,
  createFunctionExecutor,
  createHttpExecutor,
  createProcessStarter,
  createScriptExecutor,
  createShellExecutor,
  type Executor,
  type PrivateAccess,
} from '@millrace/executors';

/** What this machine can execute without a container or a cloud. */
export const localCapabilities = ['shell', 'script', 'http', 'function'] as const satisfies readonly Capability[];
export type LocalCapability = (typeof localCapabilities)[number];

/**
 * Executors of the wished kinds. `allowPrivate`: which private addresses `http` steps and the functions of the pack `core` may
 * reach. `onTrouble` is told what makes processes start slowly.
 */
export function createLocalExecutors(
  capabilities: readonly LocalCapability[],
  allowPrivate: PrivateAccess,
  onTrouble: (message: string) => void = () => {},
): readonly Executor[] {
  const starter = createProcessStarter({ onTrouble });
  const make: Readonly<Record<LocalCapability, () => Executor>> = {
    shell: () => createShellExecutor({ starter }),
    script: () => createScriptExecutor({ starter }),
    http: () => createHttpExecutor({ allowPrivate }),
    function: () => createFunctionExecutor(createCoreFunctions(allowPrivate)),
  };
  return capabilities.map((capability) => make[capability]());
}
