import { readFileSync } from 'node:fs';
import { checkInput, compilePlan } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../load-definitions.ts';
import { loadPackManifest } from './load-pack-manifest.ts';
import type { PackManifest, ResolvedPack } from './pack.ts';
import { loadPackLock, writePackLock } from './pack-lock.ts';
import { readPackUses } from './read-pack-uses.ts';

const file = (text: string, path = '.workflows/a.yaml') => ({ path, text });

function manifestOf(text: string): PackManifest {
  const { manifest, diagnostics } = loadPackManifest(file(text, 'pack.yaml'));
  if (manifest === null) throw new Error(JSON.stringify(diagnostics));
  return manifest;
}

function pack(manifest: string, definitions: string, config: Record<string, string | number> = {}): ResolvedPack {
  const read = manifestOf(manifest);
  const checked = checkInput({ kind: 'flat', fields: read.config }, config);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return { manifest: read, files: [file(definitions, `${read.name}/.workflows/p.yaml`)], config: checked.value };
}

const mail = () =>
  pack(
    'name: mail\nversion: 1.2.0\nconfig: { from: { type: string, default: ops@example.com } }\n',
    `actions:
  send: { type: shell, cmd: 'mail -r "{{ config.from }}" "{{ input.to }}"', input: { to: { type: string, required: true } }, output: { id: { type: string } } }
  resend: { type: workflow, workflow: twice }
workflows:
  twice:
    input: { to: { type: string, required: true } }
    steps:
      one: { action: send, input: { to: "{{ input.to }}" } }
      two: { depends_on: [one], type: shell, cmd: 'echo {{ config.from }}' }
    output: { from: "{{ config.from }}" }
`,
  );
const workspace = (step: string) => `workflows:\n  w:\n    steps:\n      s: ${step}\n`;
const codes = (text: string, resolved = [mail()]) =>
  loadDefinitions([file(text)], { resolved, missing: ['gone'] }).diagnostics.map(
    ({ line, column, code, hint }) => `${line}:${column} ${code} ${hint ?? ''}`,
  );

describe('packs', () => {
  it('give actions and workflows under their name, with the configuration of the workspace', () => {
    const text = workspace('{ action: mail.send, input: { to: x } }');
    const { definitions, diagnostics } = loadDefinitions([file(text)], { resolved: [mail()], missing: [] });
    expect(diagnostics).toEqual([]);
    expect(Object.keys(definitions?.actions ?? {})).toEqual(['mail.send', 'mail.resend']);
    expect(definitions?.actions['mail.resend']?.body).toMatchObject({ workflow: 'mail.twice' });
    expect(definitions?.workflows['mail.twice']?.steps[0]).toMatchObject({ action: 'mail.send' });
    if (definitions === null) return;
    const { plan, problems } = compilePlan(definitions, 'main', 'w');
    expect(problems).toEqual([]);
    expect(plan?.steps[0]?.action).toMatchObject({ name: 'mail.send', config: { from: 'ops@example.com' } });
    expect(plan?.places['/steps/s/action/body/cmd']).toMatchObject({ file: 'mail/.workflows/p.yaml', line: 2 });
    expect(plan?.config).toBeUndefined();
    expect(compilePlan(definitions, 'main', 'mail.twice').plan).toMatchObject({
      workflow: 'mail.twice',
      config: { from: 'ops@example.com' },
    });
  });

  it('that nobody calls are no part of the definitions', () => {
    const { definitions } = loadDefinitions([file(workspace('{ type: shell, cmd: x }'))], {
      resolved: [mail()],
      missing: [],
    });
    expect(definitions?.actions).toEqual({});
    expect(Object.keys(definitions?.workflows ?? {})).toEqual(['w']);
  });

  it.each([
    ['{ action: mial.send }', '4:20 unknown_pack Did you mean `mail`?'],
    ['{ action: other.send }', '4:20 unknown_pack Declare it below `packs`: `other: { git: …, ref: … }`.'],
    ['{ action: mail.sent, input: { to: x } }', '4:20 unknown_action Did you mean `mail.send`?'],
    ['{ type: workflow, workflow: mail.send }', '4:38 unknown_workflow It has: `mail.twice`.'],
    ['{ action: mail.send }', '4:7 missing_input Add `input: { to: … }`.'],
    ['{ action: mail.twice, input: { to: x, copies: y } }', '4:48 unknown_input It takes: `to`.'],
    ['{ type: shell, cmd: "{{ config.from }}" }', '4:34 name_not_here In a workspace, give the value as `input`.'],
  ])('%s in a step is told: %s', (step, expected) => expect(codes(workspace(step))).toEqual([expected]));

  it('that could not be had are not told a second time where they are called', () => {
    expect(codes(workspace('{ action: gone.send, input: { any: thing } }'))).toEqual([]);
  });

  it('check their own files, which must not start anything or read what they do not declare', () => {
    const broken = pack(
      'name: mail\nversion: 1.0.0\n',
      `actions:
  send: { type: shell, cmd: "{{ config.to }}" }
  call: { type: workflow, workflow: mail.send }
triggers: {}
on_failure: []
`,
    );
    expect(
      loadDefinitions([file(workspace('{ action: mail.send }'))], { resolved: [broken], missing: [] }).diagnostics,
    ).toMatchObject([
      { file: 'mail/.workflows/p.yaml', line: 2, code: 'unknown_input' },
      { file: 'mail/.workflows/p.yaml', line: 3, code: 'unknown_pack' },
      { file: 'mail/.workflows/p.yaml', line: 4, code: 'misplaced_key' },
      { file: 'mail/.workflows/p.yaml', line: 5, code: 'misplaced_key' },
    ]);
  });

  it('call only packs that they depend on', () => {
    const definitions = `workflows:\n  go:\n    steps:\n      s: { action: mail.send, input: { to: x } }\n`;
    const needs = 'name: tools\nversion: 1.0.0\ndependencies: { mail: { folder: packs/mail } }\n';
    const text = workspace('{ action: tools.go }');
    const load = (manifest: string) =>
      loadDefinitions([file(text)], { resolved: [mail(), pack(manifest, definitions)], missing: [] });
    expect(load(needs).diagnostics).toEqual([]);
    expect(Object.keys(load(needs).definitions?.workflows ?? {})).toEqual(['w', 'tools.go', 'mail.twice']);
    expect(load('name: tools\nversion: 1.0.0\n').diagnostics).toMatchObject([{ code: 'unknown_pack', line: 4 }]);
  });
});

describe('the section `packs`', () => {
  it('names packs and where they come from, in whichever files', () => {
    const { uses, diagnostics } = readPackUses([
      file('packs:\n  core: { builtin: true, config: { smtp: x } }\n  a: { folder: ./packs/a/ }\n'),
      file('packs: { b: { git: "https://x/b.git", ref: v1, path: packs/b } }\n', '.workflows/b.yaml'),
      file('# no packs here\nworkflows: {}\n', '.workflows/c.yaml'),
      file('packs: [broken\n', '.workflows/d.yaml'),
    ]);
    expect(diagnostics).toEqual([]);
    expect(uses).toMatchObject([
      { name: 'core', place: { kind: 'builtin' }, config: { smtp: 'x' } },
      { name: 'a', place: { kind: 'folder', path: 'packs/a' }, at: { line: 3, column: 3 } },
      { name: 'b', place: { kind: 'git', url: 'https://x/b.git', ref: 'v1', path: 'packs/b' } },
    ]);
    expect(uses[0]?.configAt('smtp')).toMatchObject({ line: 2, column: 36 });
  });

  it.each([
    ['packs: [a]', 1, 8, 'not_a_map'],
    ['packs: { a: {} }', 1, 13, 'exactly_one'],
    ['packs: { a: { folder: x, git: y } }', 1, 13, 'exactly_one'],
    ['packs: { a: { folder: ../x } }', 1, 23, 'invalid_value'],
    ['packs: { a: { folder: x, ref: v1 } }', 1, 26, 'misplaced_key'],
    ['packs: { a: { folder: x, confg: {} } }', 1, 26, 'unknown_key'],
    ['packs: { a: { git: x, ref: "-v" } }', 1, 28, 'invalid_value'],
    ['packs: { "a.b": { folder: x } }', 1, 10, 'invalid_name'],
    ['packs: { a: { folder: x }, b: { folder: y } }\n---\n', 0, 0, ''],
  ])('%j: %i:%i %s', (text, line, column, code) => {
    const found = readPackUses([file(text)]).diagnostics.map((one) => [one.line, one.column, one.code]);
    if (code !== '') expect(found).toEqual([[line, column, code]]);
    else expect(found).toEqual([]);
  });
});

describe('the guide to packs', () => {
  it('shows files that load', () => {
    const guide = readFileSync(new URL('../../../../docs/guide/packs.md', import.meta.url), 'utf8');
    const [using = '', writing = ''] = [...guide.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(
      (match) => match[1] ?? '',
    );
    expect(readPackUses([file(using)])).toMatchObject({
      uses: [{ name: 'tools' }, { name: 'house' }, { name: 'core' }],
      diagnostics: [],
    });
    expect(manifestOf(writing)).toMatchObject({ name: 'tools', dependencies: [{ name: 'base' }] });
  });
});

describe('pack.yaml', () => {
  it.each([
    ['', 1, 1, 'missing_key'],
    ['name: a\n', 1, 1, 'missing_key'],
    ['name: a\nversion: 1.0\n', 2, 10, 'wrong_type'],
    [
      'name: a\nversion: 1.0.0\nconfig: { url: { type: string, default: "{{ secrets.a }}" } }\n',
      3,
      41,
      'name_not_here',
    ],
    [
      'name: a\nversion: 1.0.0\ndependencies: { b: { folder: b, config: { url: "{{ connections.a.b }}" } } }\n',
      3,
      48,
      'name_not_here',
    ],
    ['name: a\nversion: one\n', 2, 10, 'invalid_value'],
    ['name: a.b\nversion: 1.0.0\n', 1, 7, 'invalid_name'],
    ['name: a\nversion: 1.0.0\nconfg: {}\n', 3, 1, 'unknown_key'],
    ['name: a\nversion: 1.0.0\nconfig: { x: { type: integer, default: y } }\n', 3, 40, 'invalid_default'],
  ])('%j is told at %i:%i as %s', (text, line, column, code) => {
    const { manifest, diagnostics } = loadPackManifest(file(text, 'pack.yaml'));
    expect(manifest).toBeNull();
    expect(diagnostics.map((one) => [one.line, one.column, one.code])).toContainEqual([line, column, code]);
  });
});

describe('millrace.lock', () => {
  it('says after reading what was written', () => {
    const locked = [
      {
        name: 'b',
        url: 'https://x/b.git',
        ref: 'v1',
        path: 'p',
        version: '1.0.0',
        commit: 'a'.repeat(40),
        hash: `sha256:${'0'.repeat(64)}`,
      },
      {
        name: 'a',
        url: 'git@x:a',
        ref: null,
        path: '',
        version: '0.1.0',
        commit: 'b'.repeat(40),
        hash: `sha256:${'1'.repeat(64)}`,
      },
    ];
    const read = loadPackLock(file(writePackLock(locked), 'millrace.lock'));
    expect(read).toEqual({ locked: [locked[1], locked[0]], diagnostics: [] });
    expect(loadPackLock(file(writePackLock([]), 'millrace.lock'))).toEqual({ locked: [], diagnostics: [] });
  });

  it('is refused with the place when somebody changed it by hand', () => {
    const text = writePackLock([]).replace(' {}', '\n  a: { git: x, version: 1.0.0, commit: abc, hash: x }');
    expect(loadPackLock(file(text, 'millrace.lock')).diagnostics).toMatchObject([
      { code: 'invalid_value', line: 4 },
      { line: 4 },
    ]);
  });
});
