import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadServerConfig } from './load-server-config.ts';

const load = (text: string) => loadServerConfig({ path: 'millrace.yaml', text });
const ldap = (rest: string) => `sign_in:\n  a:\n    type: ldap\n${rest}`;
const search = '    bind_dn: cn=r\n    bind_password_env: P\n    base: dc=x\n';

describe('providers of identity', () => {
  it('are shown in the guide as they are', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/security.md', import.meta.url), 'utf8');
    const blocks = [...guide.matchAll(/^```yaml\n(sign_in:[\s\S]*?)^```$/gm)].map(([, text = '']) => load(text));
    expect(blocks.length).toBeGreaterThanOrEqual(2);
    for (const { diagnostics } of blocks) expect(diagnostics).toEqual([]);
    expect(blocks.flatMap(({ config }) => config?.identityProviders.map(({ type }) => type) ?? [])).toEqual([
      'oidc',
      'ldap',
      'ldap',
    ]);
  });

  it('have defaults', () => {
    const { config } = load('sign_in:\n  a: { type: oidc, issuer: "https://id.example", client_id: c }\n');
    expect(config?.identityProviders).toEqual([
      {
        name: 'a',
        at: { file: 'millrace.yaml', line: 2, column: 3 },
        title: 'a',
        groups: {},
        allowedGroups: null,
        createAccounts: true,
        timeoutMs: 5_000,
        type: 'oidc',
        issuer: 'https://id.example',
        clientId: 'c',
        clientSecret: null,
        scopes: ['openid', 'profile', 'email'],
        nameClaim: 'preferred_username',
        groupsClaim: 'groups',
      },
    ]);
    expect(
      load(ldap(`    url: ldaps://h\n${search}    group_search: { base: dc=g }\n`)).config?.identityProviders[0],
    ).toMatchObject({
      startTls: false,
      find: { kind: 'search', bindDn: 'cn=r', bindPassword: { env: 'P' }, base: 'dc=x', filter: '(uid={name})' },
      attributes: { id: 'entryUUID', name: 'uid', displayName: 'cn', email: 'mail', memberOf: 'memberOf' },
      groupSearch: { base: 'dc=g', filter: '(member={dn})', name: 'cn' },
    });
    expect(load('sign_in:\n').config?.identityProviders).toEqual([]);
  });

  it.each([
    ['sign_in: [a]\n', 1, 10, 'not_a_map', 'type: oidc'],
    ['sign_in: { A: { type: oidc, issuer: "https://x", client_id: c } }\n', 1, 12, 'invalid_name', 'small letters'],
    ['sign_in: { a: { type: saml } }\n', 1, 23, 'unknown_type', 'oidc'],
    ['sign_in: { a: { type: oidc, issuer: "http://id.example", client_id: c } }\n', 1, 37, 'invalid_value', 'https'],
    [
      'sign_in: { a: { type: oidc, issuer: "https://id.example?x=1", client_id: c } }\n',
      1,
      37,
      'invalid_value',
      'https',
    ],
    [
      'sign_in: { a: { type: oidc, issuer: "https://x", client_id: c, client_secret: s } }\n',
      1,
      64,
      'unknown_key',
      'client_secret_env',
    ],
    [ldap(`    url: ldap://h\n${search}`), 4, 5, 'invalid_value', 'start_tls: true'],
    [ldap(`    url: ldaps://h\n    start_tls: true\n${search}`), 5, 5, 'misplaced_key', 'Take one'],
    [ldap('    url: ldaps://h\n'), 2, 3, 'missing_key', 'user_dn'],
    [ldap('    url: ldaps://h\n    user_dn: uid={name}\n    base: dc=x\n'), 6, 5, 'misplaced_key', 'base'],
    [ldap('    url: ldaps://h\n    user_dn: uid={user}\n'), 5, 14, 'invalid_value', '`{name}`'],
    [ldap(`    url: ldaps://h\n    filter: (uid=ada)\n${search}`), 5, 13, 'invalid_value', '`{name}`'],
    [ldap(`    url: ldaps://h/dc=x\n${search}`), 4, 10, 'invalid_value', 'ldaps://'],
  ])('%j is reported at %i:%i as %s', (text, line, column, code, says) => {
    const { config, diagnostics } = load(text);
    const shown = diagnostics.map((one) => `${one.line}:${one.column} ${one.code}: ${one.message} ${one.hint ?? ''}`);
    expect(shown, shown.join('\n')).toHaveLength(1);
    expect(shown[0]).toContain(`${line}:${column} ${code}`);
    expect(shown[0]).toContain(says);
    expect(config).toBeNull();
  });
});
