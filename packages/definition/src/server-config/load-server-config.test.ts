import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadServerConfig } from './load-server-config.ts';

const load = (text: string) => loadServerConfig({ path: 'millrace.yaml', text });
const git = (rest: string) => `workspaces:\n  ops:\n    type: git\n    url: https://git.example.com/ops.git\n${rest}`;

describe('the configuration of a server', () => {
  it('names folders and repositories, in their order, with defaults filled in', () => {
    const { config, diagnostics } = load(`
workspaces:
  data: { type: folder, path: ./data }
  ops:
    type: git
    url: https://git.example.com/ops.git
    ref: release/2
    path: ./automation/
    poll: 30s
    auth: { token_env: OPS_TOKEN }
    hook: { secret_file: /run/secrets/hook }
  more: { type: git, url: "git@git.example.com:more.git", poll: off, auth: { ssh_key: key, known_hosts: hosts } }
git: { cache: /var/cache/millrace, timeout: 2m, credentials: [{ url: https://git.example.com/, token_file: t, username: bot }] }
`);
    expect(diagnostics).toEqual([]);
    expect(config?.workspaces).toMatchObject([
      { name: 'data', type: 'folder', path: './data', at: { line: 3, column: 3 } },
      {
        name: 'ops',
        url: 'https://git.example.com/ops.git',
        ref: 'release/2',
        path: 'automation',
        pollMs: 30_000,
        auth: { kind: 'token', username: 'x-access-token', from: { env: 'OPS_TOKEN' } },
        hook: { file: '/run/secrets/hook' },
      },
      { name: 'more', ref: null, path: '', pollMs: null, auth: { kind: 'ssh', keyFile: 'key', knownHosts: 'hosts' } },
    ]);
    expect(config?.git).toEqual({
      schemes: ['https', 'ssh'],
      cache: '/var/cache/millrace',
      silenceMs: 120_000,
      credentials: [{ url: 'https://git.example.com/', auth: { kind: 'token', username: 'bot', from: { file: 't' } } }],
    });
  });

  it('is shown in the guide as it is', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/git.md', import.meta.url), 'utf8');
    const [, text = ''] = /^```yaml\n([\s\S]*?)^```$/m.exec(guide) ?? [];
    const { config, diagnostics } = load(text);
    expect(diagnostics).toEqual([]);
    expect(config?.workspaces.map(({ name }) => name)).toEqual(['platform', 'network', 'scratch']);
  });

  it('says how long what is over is kept', () => {
    expect(load('retention: { runs: 30d, events: forever, revisions: 1h30m, audit: 365d }').config?.retention).toEqual({
      runs: 30 * 86_400_000,
      events: null,
      revisions: 5_400_000,
      audit: 31_536_000_000,
    });
    expect(load('').config?.retention).toEqual({});
  });

  it('may be empty', () => {
    expect(load('').config).toMatchObject({ workspaces: [], git: { schemes: ['https', 'ssh'] } });
    expect(load('workspaces:\n').config?.workspaces).toEqual([]);
  });

  it('tells of every problem, not only the first', () => {
    expect(
      load('workspace: {}\ngit: { schemes: [git] }\nworkspaces: { a: { type: svn }, b: 3 }').diagnostics,
    ).toHaveLength(4);
  });

  it.each([
    ['workspaces: [a]\n', 1, 13, 'not_a_map', 'type: git'],
    ['- a\n', 1, 1, 'not_a_map', 'workspaces:'],
    ['workspace: {}\n', 1, 1, 'unknown_key', '`workspaces`'],
    ['workspaces:\n  a: { path: x }\n', 2, 3, 'missing_key', '`folder`, `git`'],
    ['workspaces:\n  a: { type: gti, url: x }\n', 2, 14, 'unknown_type', '`git`'],
    ['workspaces:\n  a: { type: folder, pth: x, path: y }\n', 2, 22, 'unknown_key', '`path`'],
    ['workspaces:\n  "../a": { type: folder, path: x }\n', 2, 3, 'invalid_name', 'letters'],
    [git('    ref: "a..b"\n'), 5, 10, 'invalid_value', 'a branch'],
    [git('    path: ../up\n'), 5, 11, 'invalid_value', 'without `..`'],
    [git('    poll: 10\n'), 5, 11, 'invalid_duration', '`off`'],
    [git('    poll: 100ms\n'), 5, 11, 'out_of_range', 'hook'],
    [git('    auth: { token_env: A, tokn: abc }\n'), 5, 27, 'unknown_key', 'Known keys'],
    [git('    auth: { token_env: A, token_file: b }\n'), 5, 11, 'exactly_one', 'exactly one'],
    [git('    auth: { ssh_key: k }\n'), 5, 11, 'invalid_value', 'ssh://'],
    [git('    hook: {}\n'), 5, 11, 'exactly_one', 'secret_env'],
    ['workspaces:\n  a: { type: git, url: "https://me:pw@x/y" }\n', 2, 24, 'invalid_value', 'token_env'],
    ['workspaces:\n  a: { type: git, url: "file:///x" }\n', 2, 24, 'invalid_value', 'schemes: [https, ssh, file]'],
    ['workspaces:\n  a: { type: git, url: "ext::sh -c x" }\n', 2, 24, 'invalid_value', 'https://host'],
    ['workspaces:\n  a: { type: git, url: "git://x/y" }\n', 2, 24, 'invalid_value', 'https://host'],
    ['retention: { run: 30d }\n', 1, 14, 'unknown_key', '`runs`'],
    ['retention: { runs: 30 }\n', 1, 20, 'invalid_duration', '`forever`'],
    ['retention: { runs: 0s }\n', 1, 20, 'invalid_duration', 'a minute'],
    ['git: { schemes: [svn] }\n', 1, 18, 'invalid_value', '`https`'],
    ['git: { credentials: [{ url: x }] }\n', 1, 22, 'exactly_one', 'token_env'],
  ])('%j is reported at %i:%i as %s', (text, line, column, code, says) => {
    const { config, diagnostics } = load(text);
    const shown = diagnostics.map((one) => `${one.line}:${one.column} ${one.code}: ${one.message} ${one.hint ?? ''}`);
    expect(shown, shown.join('\n')).toHaveLength(1);
    expect(shown[0]).toContain(`${line}:${column} ${code}`);
    expect(shown[0]).toContain(says);
    expect(config).toBeNull();
  });
});
