import { z } from 'zod';
import { expected } from '../grammar/expected.ts';
import { filledText, positiveDuration } from '../grammar/values.ts';
import type { SecretKeyType } from './secret-keys.ts';
import { azureAuth, exactlyOne, vaultAuth, webAddress } from './secret-source-grammar.ts';

const common = {
  wrapped: filledText.exactOptional().describe('The key as the service has wrapped it.'),
  wrapped_file: filledText.exactOptional().describe('The file that has it.'),
  timeout: positiveDuration.exactOptional().describe('How long one request may take. Default 5s.'),
};

const shapes = {
  aws: {
    region: filledText,
    key: filledText.describe('Id, ARN or alias of the key.'),
    context: z.record(z.string(), filledText).exactOptional().describe('The encryption context it was wrapped with.'),
    endpoint: webAddress.exactOptional(),
  },
  vault: {
    address: webAddress,
    namespace: filledText.exactOptional(),
    mount: filledText.exactOptional().describe('Where the transit engine is mounted. Default transit.'),
    key: filledText.describe('The name of the key.'),
    auth: vaultAuth,
    ca_file: filledText.exactOptional(),
  },
  gcp: {
    key: z
      .string()
      .refine(
        (written) => /^projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+$/.test(written),
        expected('invalid_value', 'a key such as `projects/P/locations/L/keyRings/R/cryptoKeys/K`'),
      ),
    credentials_file: filledText.exactOptional(),
    endpoint: webAddress.exactOptional(),
  },
  azure: {
    vault: webAddress,
    key: z
      .string()
      .refine((written) => /^[^/]+\/[^/]+$/.test(written), expected('invalid_value', 'a key such as `NAME/VERSION`')),
    auth: azureAuth.exactOptional(),
  },
  exec: {
    command: z
      .array(z.string())
      .refine(([program = '']) => program.trim() !== '', expected('invalid_value', 'a list that begins with a program'))
      .describe('The program and its arguments; no shell.'),
  },
} as const satisfies Record<SecretKeyType, z.ZodRawShape>;

export const secretKeyTypes = Object.keys(shapes) as readonly SecretKeyType[];

const oneWrapped = exactlyOne('wrapped', 'wrapped_file');

export const secretKeySchemas = {
  aws: z.strictObject({ type: z.literal('aws'), ...common, ...shapes.aws }).refine(...oneWrapped),
  vault: z.strictObject({ type: z.literal('vault'), ...common, ...shapes.vault }).refine(...oneWrapped),
  gcp: z.strictObject({ type: z.literal('gcp'), ...common, ...shapes.gcp }).refine(...oneWrapped),
  azure: z.strictObject({ type: z.literal('azure'), ...common, ...shapes.azure }).refine(...oneWrapped),
  exec: z.strictObject({ type: z.literal('exec'), ...common, ...shapes.exec }).refine(...oneWrapped),
};

export type WrittenSecretKey = { [Type in SecretKeyType]: z.output<(typeof secretKeySchemas)[Type]> }[SecretKeyType];
