import type { SecretSourceConfig } from '@millrace/definition';
import type { SecretSource } from '@millrace/engine';
import { createAwsBackend } from './backends/aws.ts';
import { createAzureBackend } from './backends/azure.ts';
import { createFolderBackend } from './backends/folder.ts';
import { createGcpBackend } from './backends/gcp.ts';
import { createKubernetesBackend } from './backends/kubernetes.ts';
import { createSopsBackend } from './backends/sops.ts';
import type { Surroundings } from './backends/surroundings.ts';
import { createVaultBackend } from './backends/vault.ts';
import { createSecretSource } from './create-secret-source.ts';
import type { SecretBackend } from './secret-backend.ts';

export type SecretSourcesOptions = Readonly<{
  environment?: Surroundings['environment'];
  /** Milliseconds since any beginning, for what is remembered. Default: a clock that nobody sets. */
  now?: () => number;
}>;

/** The outside sources of a configuration, in its order. None is asked before somebody needs a secret. */
export function createSecretSources(
  configs: readonly SecretSourceConfig[],
  { environment = process.env, now = () => performance.now() }: SecretSourcesOptions = {},
): readonly SecretSource[] {
  return configs.map((config) => {
    const around = { environment, now, timeoutMs: config.timeoutMs };
    return createSecretSource(config, createBackend(config, around), now);
  });
}

function createBackend(config: SecretSourceConfig, around: Surroundings): SecretBackend {
  switch (config.type) {
    case 'folder':
      return createFolderBackend(config);
    case 'sops':
      return createSopsBackend(config, around);
    case 'vault':
      return createVaultBackend(config, around);
    case 'kubernetes':
      return createKubernetesBackend(config, around);
    case 'aws':
      return createAwsBackend(config, around);
    case 'gcp':
      return createGcpBackend(config, around);
    case 'azure':
      return createAzureBackend(config, around);
  }
}
