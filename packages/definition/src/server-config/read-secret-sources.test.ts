import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadServerConfig } from './load-server-config.ts';

const load = (text: string) => loadServerConfig({ path: 'millrace.yaml', text });
const source = (rest: string, name = 's') => `secret_sources:\n  ${name}: ${rest}\n`;

/** A text without its mark §, and where that stood. */
function marked(text: string): Readonly<{ text: string; at: string }> {
  const before = text.slice(0, text.indexOf('§')).split('\n');
  return { text: text.replace('§', ''), at: `${before.length}:${(before.at(-1) ?? '').length + 1}` };
}

describe('outside sources of secrets', () => {
  it('stand in their order, with defaults filled in', () => {
    const common = { names: {}, workspaces: null, cacheMs: 60_000, timeoutMs: 5_000 };
    const own = { key: '{name}', field: null };
    const read = load(`
secret_sources:
  team:
    type: vault
    address: https://vault.example.com:8200
    auth: { approle: { role_id: r, secret_id_file: s } }
    key: millrace/{workspace}
    field: "{name}"
    names: { db: shared/db, db_password: { key: shared/db, field: password } }
    workspaces: [ops]
    cache: 0s
    timeout: 2s
  pods: { type: kubernetes }
  mounted: { type: folder, path: /run/secrets, only_names: true, names: { a: b } }
  cloud: { type: azure, vault: "https://ops.vault.azure.net" }
`);
    expect(read.diagnostics).toEqual([]);
    expect(read.config?.secretSources).toMatchObject([
      {
        name: 'team',
        mount: 'secret',
        namespace: null,
        caFile: null,
        auth: { kind: 'approle', mount: 'approle', roleId: 'r', secretId: { file: 's' } },
        others: { key: 'millrace/{workspace}', field: '{name}' },
        names: { db: { key: 'shared/db', field: null }, db_password: { key: 'shared/db', field: 'password' } },
        workspaces: ['ops'],
        cacheMs: 0,
        timeoutMs: 2_000,
      },
      { ...common, name: 'pods', type: 'kubernetes', api: null, others: own },
      { ...common, name: 'mounted', path: '/run/secrets', others: null, names: { a: { key: 'b', field: null } } },
      { ...common, name: 'cloud', auth: { kind: 'ambient', clientId: null }, others: own },
    ]);
  });

  it('are shown in the guide as they are', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/secrets.md', import.meta.url), 'utf8');
    const blocks = [...guide.matchAll(/^```yml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
    expect(blocks.length).toBeGreaterThan(0);
    const types = blocks.flatMap((text) => {
      const { config, diagnostics } = load(text);
      expect(diagnostics).toEqual([]);
      return config?.secretSources.map(({ type }) => type) ?? [];
    });
    expect([...new Set(types)].sort()).toEqual(['aws', 'azure', 'folder', 'gcp', 'kubernetes', 'sops', 'vault']);
    const keys = blocks.flatMap((text) => load(text).config?.secretKeys.map(({ type }) => type) ?? []);
    expect(keys).toEqual(['aws', 'vault', 'gcp', 'azure', 'exec']);
  });

  it.each([
    ['secret_sources: §[a]\n', 'not_a_map', 'type: vault'],
    ['§secret_source: {}\n', 'unknown_key', '`secret_sources`'],
    [source('{ path: x }', '§s'), 'missing_key', '`vault`'],
    [source('{ type: §valut }'), 'unknown_type', '`vault`'],
    ['secret_sources:\n  §"a b": { type: folder, path: x }\n', 'invalid_name', 'letters'],
    ['secret_sources:\n  §store: { type: folder, path: x }\n', 'invalid_name', 'another place'],
    [source('{ type: folder }', '§s'), 'missing_key', '`path: …`'],
    [source('{ type: folder, path: x, §keys: y }'), 'unknown_key', '`key`'],
    [source('{ type: folder, path: x, key: §"{nmae}" }'), 'invalid_value', '`{name}` and `{workspace}`'],
    [source('{ type: folder, path: x, key: §"a/{{name}}" }'), 'invalid_value', '`{name}` and `{workspace}`'],
    [source('{ type: folder, path: x, names: { §"a b": c } }'), 'invalid_name', '`names`'],
    [source('{ type: folder, path: x, names: { §a: { field: c } } }'), 'missing_key', '`key`'],
    [source('{ type: folder, path: x, §only_names: true }'), 'missing_key', 'names: { NAME: KEY }'],
    [source('{ type: folder, path: x, only_names: true, names: { a: b }, §field: c }'), 'misplaced_key', '`field`'],
    [source('{ type: folder, path: x, §timeout: 30s }'), 'out_of_range', '`6s`'],
    [source('{ type: folder, path: x, cache: §5 }'), 'invalid_duration', '`30s`'],
    [source('{ type: folder, path: x, workspaces: §[] }'), 'out_of_range', 'at least 1'],
    [source('§{ type: sops, file: x }'), 'exactly_one', '`age_key_env`'],
    [source('{ type: vault, address: §vault, auth: { token_env: A } }'), 'invalid_value', 'https://'],
    [
      source('{ type: vault, address: §"https://u:p@v", auth: { token_env: A } }'),
      'invalid_value',
      'without a password',
    ],
    [source('{ type: vault, address: "https://v" }', '§s'), 'missing_key', '`auth: …`'],
    [source('{ type: vault, address: "https://v", auth: §{} }'), 'exactly_one', '`approle`'],
    [
      source('{ type: vault, address: "https://v", auth: { token_file: f, §token: hvs.abcdef } }'),
      'unknown_key',
      '`token_env`',
    ],
    [
      source(
        '{ type: vault, address: "https://v", auth: { approle: { role_id: a, secret_id_env: A, §secret_id: b } } }',
      ),
      'unknown_key',
      '`secret_id_env`',
    ],
    [
      source('{ type: vault, address: "https://v", auth: { approle: §{ role_id: a } } }'),
      'exactly_one',
      '`secret_id_file`',
    ],
    [source('{ type: aws }', '§s'), 'missing_key', '`region: …`'],
    [source('{ type: gcp, project: p, §region: x }'), 'unknown_key', 'Known keys'],
    [source('{ type: azure, vault: "https://v", auth: §{ tenant: t } }'), 'invalid_value', '`client_id`'],
  ])('%j is reported at the mark as %s', (written, code, says) => {
    const { text, at } = marked(written);
    const { config, diagnostics } = load(text);
    const shown = diagnostics.map((one) => `${one.line}:${one.column} ${one.code}: ${one.message} ${one.hint ?? ''}`);
    expect(shown, shown.join('\n')).toHaveLength(1);
    expect(shown[0]).toContain(`${at} ${code}`);
    expect(shown[0]).toContain(says);
    expect(config).toBeNull();
  });
});
