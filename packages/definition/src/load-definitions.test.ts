import { readFileSync } from 'node:fs';
import { compilePlan } from '@millrace/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wrongFiles } from '../test/wrong-files.ts';
import { loadDefinitions, type SourceFile } from './load-definitions.ts';

const example = readFileSync(new URL('../test/example.yaml', import.meta.url), 'utf8');
const one = (text: string): readonly SourceFile[] => [{ path: '.workflows/x.yaml', text }];
const codes = (files: readonly SourceFile[]) =>
  loadDefinitions(files).diagnostics.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);

describe('loading', () => {
  it('turns the example of the design into definitions', () => {
    const { definitions, diagnostics } = loadDefinitions(one(example));
    expect(diagnostics).toEqual([]);
    const release = definitions?.workflows.release;
    expect(release?.steps.map(({ name }) => name)).toEqual(['build', 'approve', 'deploy', 'rollback']);
    expect(release).toMatchObject({
      timeoutMs: 7_200_000,
      concurrency: [{ key: 'release', limit: 1, whenFull: 'queue' }],
      output: { tag: '{{ steps.build.output.tag }}' },
      mode: 'distributed',
      failFast: false,
    });
    const [build, approve, deploy] = release?.steps ?? [];
    expect(build?.retry).toEqual({
      attempts: 3,
      delayMs: 10_000,
      backoff: 'exponential',
      factor: 2,
      maxDelayMs: 3_600_000,
      jitter: 0,
      countWorkerLoss: false,
    });
    expect(approve?.inline).toMatchObject({
      type: 'approval',
      approvers: { roles: ['release'] },
      timeoutMs: 86_400_000,
    });
    expect(approve?.timeoutMs).toBeUndefined();
    expect(deploy).toMatchObject({ forEach: '{{ input.regions }}', itemConcurrency: 2, onItemFailure: 'finish' });
    expect(definitions?.triggers.nightly).toMatchObject({ timezone: 'Europe/Oslo', catchUp: 'last' });
  });

  it('knows where every expression begins', () => {
    const places = loadDefinitions(one(example)).definitions?.places ?? {};
    const lines = example.split('\n');
    const at = (pointer: string) => {
      const place = places[pointer];
      return place === undefined ? undefined : lines[place.line - 1]?.slice(place.column - 1);
    };
    expect(at('/actions/build/body/cmd')).toMatch(/^npm ci/);
    expect(at('/workflows/release/steps/approve/inline/prompt')).toMatch(/^Release \{\{/);
    expect(at('/workflows/release/steps/deploy/forEach')).toMatch(/^\{\{ input\.regions/);
    expect(at('/workflows/release/steps/deploy/input/region')).toMatch(/^\{\{ item/);
    expect(at('/workflows/release/steps/rollback/when')).toMatch(/^failed\(\)/);
    expect(at('/workflows/release/output/tag')).toMatch(/^\{\{ steps/);
    expect(at('/workflows/release/hooks/onFailure/0/input/text')).toMatch(/^\{\{ run/);
    expect(at('/triggers/tagged/when')).toMatch(/^event\.payload/);
    expect(at('/workflows/release/steps/deploy')).toMatch(/^deploy:/);
  });

  it('gives definitions that the plan compiler takes', () => {
    const { definitions } = loadDefinitions(
      one(
        'workflows:\n  w:\n    steps:\n      a: { type: shell, cmd: echo }\n      b: { type: shell, cmd: echo, depends_on: a }\n',
      ),
    );
    if (definitions === null) throw new Error('It has no errors.');
    const result = compilePlan(definitions, 'default', 'w');
    expect(JSON.stringify(result)).toContain('"dependants":[1]');
  });

  it('reports everything at once, sorted by file, line and column', () => {
    const wrong =
      'actions:\n  a: { type: shel }\n  b: { type: shell }\nworkflows:\n  w:\n    steps:\n      s: { action: c, timeout: 3, wehn: x }\n';
    expect(
      codes([
        { path: 'b.yaml', text: wrong },
        { path: 'a.yaml', text: 'triggers: 3\nactoins: {}\n' },
      ]),
    ).toEqual([
      'a.yaml:1:11 not_a_map',
      'a.yaml:2:1 unknown_key',
      'b.yaml:2:14 unknown_type',
      'b.yaml:3:3 exactly_one',
      'b.yaml:7:32 invalid_duration',
      'b.yaml:7:35 unknown_key',
    ]);
  });

  it('merges files by section, and names both places of a name that is defined twice', () => {
    const a = { path: 'a.yaml', text: 'actions:\n  x: { type: shell, cmd: a }\non_failure: [{ action: x }]\n' };
    const b = {
      path: 'b.yaml',
      text: 'workflows:\n  w: { steps: { s: { action: x } } }\non_failure: [{ action: w }]\n',
    };
    const merged = loadDefinitions([b, a]).definitions;
    expect(Object.keys(merged?.actions ?? {})).toEqual(['x']);
    expect(merged?.hooks.onFailure.map(({ action }) => action)).toEqual(['x', 'w']);
    const twice = loadDefinitions([
      a,
      b,
      { path: 'c.yaml', text: 'actions:\n  y: { type: shell, cmd: a }\n  x: { type: shell, cmd: b }\n' },
    ]);
    expect(twice.definitions).toBeNull();
    expect(twice.diagnostics).toMatchObject([{ code: 'duplicate_name', file: 'c.yaml', line: 3, column: 3 }]);
    expect(twice.diagnostics[0]?.message).toContain('a.yaml:2:3');
  });

  it('does not blame other files for what an unreadable file would define', () => {
    const broken = { path: 'a.yaml', text: 'actions:\n  x: "\n' };
    const user = { path: 'b.yaml', text: 'workflows:\n  w: { steps: { s: { action: x } } }\n' };
    expect(codes([broken, user])).toEqual(['a.yaml:2:6 yaml_unclosed']);
  });

  it('takes empty files and empty sections', () => {
    for (const text of ['', '\n', '# nothing\n', '---\n', '\ufeff', 'actions:\nworkflows: {}\n']) {
      expect(codes(one(text)), JSON.stringify(text)).toEqual([]);
    }
  });

  it('refuses files that are too large, keys that are lists, and a billion laughs', () => {
    expect(codes(one(`# ${'x'.repeat(1024 * 1024)}`))).toEqual(['.workflows/x.yaml:1:1 file_too_large']);
    expect(codes(one('actions:\n  ? [a]\n  : 1\n'))).toEqual(['.workflows/x.yaml:2:5 invalid_key']);
    const laughs = Array.from({ length: 12 }, (_, level) => {
      const below = level === 0 ? 'ha' : `*l${level - 1}`;
      return `x${level}: &l${level} [${Array(10).fill(below).join(', ')}]`;
    });
    const found = codes(one(laughs.join('\n')));
    expect(new Set(found.map((each) => each.split(' ')[1]))).toEqual(new Set(['alias_limit']));
  });

  it('lets an alias stand for a value, with the place of that value', () => {
    const text =
      'workflows:\n  w:\n    steps:\n      a: { type: shell, cmd: x, env: &e { A: "{{ nope }}" } }\n      b: { type: shell, cmd: x, env: *e }\n';
    expect(codes(one(text))).toEqual(['.workflows/x.yaml:4:50 unknown_name', '.workflows/x.yaml:4:50 unknown_name']);
  });

  it('loads a thousand workflows, and a workflow of five thousand steps', () => {
    const step = (name: string, before: string) =>
      `      ${name}: { type: shell, cmd: "echo {{ input.x }}"${before} }\n`;
    const workflow = (index: number) =>
      `  w${index}:\n    input: { x: { type: string } }\n    steps:\n${step('a', '')}${step('b', ', depends_on: [a]')}${step('c', ', depends_on: [b]')}`;
    const files = Array.from({ length: 20 }, (_, file) => ({
      path: `f${file}.yaml`,
      text: `workflows:\n${Array.from({ length: 50 }, (__, index) => workflow(file * 50 + index)).join('')}`,
    }));
    expect(Object.keys(loadDefinitions(files).definitions?.workflows ?? {})).toHaveLength(1000);
    const chain = Array.from({ length: 5000 }, (_, index) =>
      step(`s${index}`, index === 0 ? '' : `, depends_on: [s${index - 1}]`),
    );
    const long = loadDefinitions(
      one(`workflows:\n  w:\n    input: { x: { type: string } }\n    steps:\n${chain.join('')}`),
    );
    expect(long.definitions?.workflows.w?.steps).toHaveLength(5000);
  });
});

describe('any text at all', () => {
  const stroem = readFileSync(new URL('../test/fixtures/stroem/later.yaml', import.meta.url), 'utf8');
  const seeds = [example, stroem, ...wrongFiles.map(([text]) => text)];
  const pieces = [
    '{{',
    '}}',
    '{%',
    '"',
    "'",
    ':',
    '- ',
    '\n',
    '\t',
    '&a ',
    '*a',
    '|',
    '>',
    '[',
    ']',
    '{',
    '}',
    '!!',
    '#',
    '---\n',
    '\u0000',
    'é',
    '😀',
    'null',
    '0',
    'steps',
    'type',
  ];
  const mutated = fc
    .tuple(
      fc.constantFrom(...seeds),
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 20 }), fc.constantFrom(...pieces, '')), { minLength: 1, maxLength: 5 }),
    )
    .map(([seed, edits]) =>
      edits.reduce((text, [at, cut, piece]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + piece + text.slice(start + cut);
      }, seed),
    );

  it('never makes the loader throw, and every diagnostic lies inside the file', () => {
    fc.assert(
      fc.property(fc.oneof({ weight: 4, arbitrary: mutated }, fc.string(), fc.string({ unit: 'binary' })), (text) => {
        const { definitions, diagnostics } = loadDefinitions(one(text));
        const lines = text.split('\n');
        for (const { line, column, message } of diagnostics) {
          expect(line).toBeGreaterThan(0);
          expect(line).toBeLessThanOrEqual(lines.length);
          expect(column).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 1);
          expect(message).not.toMatch(/undefined|\[object|Invalid input|expected \w+, received/);
        }
        expect(definitions === null).toBe(diagnostics.some(({ severity }) => severity === 'error'));
      }),
      { numRuns: 3000 },
    );
  });
});
