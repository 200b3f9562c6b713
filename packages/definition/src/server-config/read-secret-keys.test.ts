import { describe, expect, it } from 'vitest';
import { loadServerConfig } from './load-server-config.ts';

const load = (text: string) => loadServerConfig({ path: 'millrace.yaml', text });
const key = (rest: string, name = 'k') => `secret_keys:\n  ${name}: ${rest}\n`;

describe('keys of stored secrets', () => {
  it('stand in their order, with defaults filled in', () => {
    const read = load(`
secret_keys:
  new: { type: aws, region: eu-central-1, key: alias/m, wrapped: YQ==, timeout: 2s }
  old: { type: vault, address: "https://v:8200", key: m, auth: { token_env: T }, wrapped_file: w }
  third: { type: gcp, key: projects/p/locations/l/keyRings/r/cryptoKeys/k, wrapped: YQ== }
  fourth: { type: azure, vault: "https://ops.vault.azure.net", key: m/1, wrapped: YQ }
  fifth: { type: exec, command: [cat, ""], wrapped: YQ }
`);
    expect(read.diagnostics).toEqual([]);
    expect(read.config?.secretKeys).toMatchObject([
      {
        name: 'new',
        type: 'aws',
        key: 'alias/m',
        context: {},
        endpoint: null,
        wrapped: { text: 'YQ==' },
        timeoutMs: 2_000,
      },
      {
        name: 'old',
        type: 'vault',
        mount: 'transit',
        namespace: null,
        caFile: null,
        wrapped: { file: 'w' },
        timeoutMs: 5_000,
      },
      { name: 'third', credentialsFile: null, endpoint: null },
      { name: 'fourth', key: 'm/1', auth: { kind: 'ambient', clientId: null } },
      { name: 'fifth', command: ['cat', ''] },
    ]);
  });

  it.each([
    ['secret_keys: [a]\n', 'not_a_map', 'The first key seals', '1:14'],
    ['secret_key: {}\n', 'unknown_key', '`secret_keys`', '1:1'],
    [key('{ type: exec, command: [cat], wrapped: a }', '"a b"'), 'invalid_name', 'letters', '2:3'],
    [key('{ type: kms }'), 'unknown_type', '', '2:14'],
    [key('{ type: exec, command: [cat] }'), 'exactly_one', '', '2:6'],
    [key('{ type: exec, command: [cat], wrapped: a, wrapped_file: b }'), 'exactly_one', '', '2:6'],
    [key('{ type: exec, command: [], wrapped: a }'), 'invalid_value', '', '2:29'],
    [key('{ type: azure, vault: "https://v", key: m, wrapped: a }'), 'invalid_value', '', '2:46'],
    [key('{ type: gcp, key: m, wrapped: a }'), 'invalid_value', '', '2:24'],
    [key('{ type: vault, address: "https://v", key: m, wrapped: a }'), 'missing_key', '', '2:3'],
    [key('{ type: exec, command: [cat], wrapped: a, timeout: 7s }'), 'out_of_range', 'asks again for a minute', '2:48'],
  ])('%j is told as %s', (text, code, hint, at) => {
    const { config, diagnostics } = load(text);
    const [first] = diagnostics;
    expect(config).toBeNull();
    expect([first?.code, `${first?.line}:${first?.column}`]).toEqual([code, at]);
    expect(`${first?.message} ${first?.hint}`).toContain(hint);
  });
});
