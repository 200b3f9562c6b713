import { z } from 'zod';
import { expected } from '../grammar/expected.ts';
import { duration, filledText, name, positiveDuration } from '../grammar/values.ts';
import type { SecretSourceType } from './secret-sources.ts';
import { variable } from './variable.ts';

/** `{name}` and `{workspace}`, and no other braces: a misspelt one would look for secrets where nobody put them. */
const template = filledText.refine(
  (written) => !/[{}]/.test(written.replaceAll(/\{(?:name|workspace)\}/g, '')),
  expected('invalid_value', 'a text in which only `{name}` and `{workspace}` stand in braces'),
);

export const webAddress = z
  .string()
  .refine(
    (written) => URL.canParse(written) && /^https?:\/\/[^@?#]+$/.test(written),
    expected('invalid_value', 'an address such as `https://vault.example.com:8200`, without a password or a query'),
  );

const file = filledText.exactOptional();
const fromEnv = variable.exactOptional();

const common = {
  key: template.exactOptional().describe('Where a secret stands in the source. Default {name}.'),
  field: template.exactOptional().describe('Which field of it. Default: the whole.'),
  names: z
    .record(name, z.union([template, z.strictObject({ key: template, field: template.exactOptional() })]))
    .exactOptional()
    .describe('Where some secrets stand, by their name in workflows.'),
  only_names: z.boolean().exactOptional().describe('Nothing but what `names` tells of is looked for. Default false.'),
  workspaces: z.array(filledText).min(1).exactOptional().describe('Which workspaces it serves. Default: all.'),
  cache: duration.exactOptional().describe('How long values are kept in memory. Default 1m; `0s`: not at all.'),
  timeout: positiveDuration.exactOptional().describe('How long one request may take. Default 5s.'),
};

export const vaultAuth = z
  .strictObject({
    token_env: fromEnv,
    token_file: file,
    approle: z
      .strictObject({
        mount: filledText.exactOptional(),
        role_id: filledText,
        secret_id_env: fromEnv,
        secret_id_file: file,
      })
      .refine(...exactlyOne('secret_id_env', 'secret_id_file'))
      .exactOptional(),
    kubernetes: z
      .strictObject({
        mount: filledText.exactOptional(),
        role: filledText,
        token_file: filledText.exactOptional(),
      })
      .exactOptional(),
  })
  .refine(...exactlyOne('token_env', 'token_file', 'approle', 'kubernetes'));

export const azureAuth = z
  .strictObject({
    tenant: filledText.exactOptional(),
    client_id: filledText.exactOptional(),
    client_secret_env: fromEnv,
    client_secret_file: file,
  })
  .refine(
    (written) => {
      const secrets = ['client_secret_env', 'client_secret_file'].filter((key) => key in written).length;
      return secrets === 0 ? !('tenant' in written) : secrets === 1 && 'tenant' in written && 'client_id' in written;
    },
    expected(
      'invalid_value',
      'a map of `tenant`, `client_id` and one of `client_secret_env`, `client_secret_file`; or of `client_id` alone',
    ),
  );

const shapes = {
  folder: { path: filledText.describe('The folder; every file of it is a secret.') },
  sops: {
    file: template.describe('The encrypted file, YAML or JSON.'),
    age_key_env: fromEnv,
    age_key_file: file,
  },
  vault: {
    address: webAddress,
    namespace: filledText.exactOptional(),
    mount: filledText.exactOptional().describe('Where the KV engine, version 2, is mounted. Default secret.'),
    auth: vaultAuth,
    ca_file: filledText.exactOptional(),
  },
  kubernetes: {
    api: webAddress.exactOptional(),
    namespace: filledText.exactOptional(),
    token_file: filledText.exactOptional(),
    ca_file: filledText.exactOptional(),
  },
  aws: { region: filledText, endpoint: webAddress.exactOptional() },
  gcp: { project: filledText, credentials_file: filledText.exactOptional(), endpoint: webAddress.exactOptional() },
  azure: { vault: webAddress, auth: azureAuth.exactOptional() },
} as const satisfies Record<SecretSourceType, z.ZodRawShape>;

export const secretSourceTypes = Object.keys(shapes) as readonly SecretSourceType[];

export const secretSourceSchemas = {
  folder: z.strictObject({ type: z.literal('folder'), ...common, ...shapes.folder }),
  sops: z
    .strictObject({ type: z.literal('sops'), ...common, ...shapes.sops })
    .refine(...exactlyOne('age_key_env', 'age_key_file')),
  vault: z.strictObject({ type: z.literal('vault'), ...common, ...shapes.vault }),
  kubernetes: z.strictObject({ type: z.literal('kubernetes'), ...common, ...shapes.kubernetes }),
  aws: z.strictObject({ type: z.literal('aws'), ...common, ...shapes.aws }),
  gcp: z.strictObject({ type: z.literal('gcp'), ...common, ...shapes.gcp }),
  azure: z.strictObject({ type: z.literal('azure'), ...common, ...shapes.azure }),
};

export function exactlyOne(...keys: readonly string[]) {
  return [
    (written: object) => keys.filter((key) => key in written).length === 1,
    expected('exactly_one', `a map with exactly one of ${keys.map((key) => `\`${key}\``).join(', ')}`),
  ] as const;
}

export type WrittenSecretSource = {
  [Type in SecretSourceType]: z.output<(typeof secretSourceSchemas)[Type]>;
}[SecretSourceType];
export type WrittenCommon = Pick<z.output<(typeof secretSourceSchemas)['folder']>, keyof typeof common>;
export type WrittenVaultAuth = z.output<typeof vaultAuth>;
export type WrittenAzureAuth = z.output<typeof azureAuth>;
