import { compareDefinitions, type Definitions } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from './load-definitions.ts';

function load(text: string): Definitions {
  const { definitions, diagnostics } = loadDefinitions([{ path: 'a.yaml', text }]);
  if (definitions === null) throw new Error(JSON.stringify(diagnostics));
  return definitions;
}

const base = `
actions:
  build: { type: shell, cmd: make, timeout: 5m }
workflows:
  release:
    input: { tag: { type: string, required: true }, region: { type: string, default: eu } }
    timeout: 2h
    steps:
      build: { action: build }
      tell: { depends_on: [build], type: http, url: "https://x/{{ input.tag }}", retry: { attempts: 2 } }
triggers:
  nightly: { type: schedule, cron: "0 2 * * *", workflow: release, input: { tag: nightly } }
on_failure: [{ action: build }]
`;
const compare = (from: string, to: string) => compareDefinitions(load(base.replace(from, to)), load(base));
const keysOf = (from: string, to: string) =>
  compareDefinitions(load(base), load(base.replace(from, to))).changes.map(({ kind, name, keys }) => [
    kind,
    name,
    ...keys,
  ]);

describe('comparing definitions', () => {
  it('finds nothing where only places, comments and the order of maps differ', () => {
    const moved = `# a comment\n${base.replace('{ type: shell, cmd: make, timeout: 5m }', '{ timeout: 5m, cmd: make, type: shell }')}`;
    expect(compareDefinitions(load(base), load(moved))).toEqual({ changes: [], warnings: [] });
  });

  it.each([
    ['cmd: make', 'cmd: make all', ['action', 'build', 'cmd']],
    ['timeout: 5m', 'timeout: 6m', ['action', 'build', 'timeout']],
    ['timeout: 2h', 'timeout: 3h', ['workflow', 'release', 'timeout']],
    ['https://x/', 'https://y/', ['workflow', 'release', 'steps.tell.url']],
    ['attempts: 2', 'attempts: 3', ['workflow', 'release', 'steps.tell.retry.attempts']],
    ['default: eu', 'default: us', ['workflow', 'release', 'input.region.default']],
    ['depends_on: [build], ', '', ['workflow', 'release', 'steps.tell.depends_on']],
    ['0 2 *', '0 3 *', ['trigger', 'nightly', 'cron']],
    ['on_failure: [{ action: build }]', 'on_failure: [{ action: release, input: { tag: x } }]', ['hook', 'on_failure']],
  ])('tells %j → %j by the words of the file', (from, to, expected) => {
    const found = keysOf(from, to);
    expect(found).toHaveLength(1);
    expect(found[0]?.slice(0, expected.length)).toEqual(expected);
    expect(found[0]?.length).toBeLessThanOrEqual(3);
  });

  it('tells what came and what went', () => {
    const renamed = load(base.replaceAll('nightly:', 'daily:').replace('tell: {', 'say: {'));
    expect(compareDefinitions(load(base), renamed).changes).toEqual([
      { kind: 'workflow', name: 'release', change: 'changed', keys: ['steps.say', 'steps.tell'] },
      { kind: 'trigger', name: 'daily', change: 'added', keys: [] },
      { kind: 'trigger', name: 'nightly', change: 'removed', keys: [] },
    ]);
  });

  it('warns of what others may rely on', () => {
    const codes = (from: string, to: string) => compare(from, to).warnings.map(({ code }) => code);
    expect(codes('tag: { type: string, required: true }', 'tag: { type: string }')).toEqual(['input_required']);
    expect(codes('region: {', 'other: { type: string }, region: {')).toEqual(['input_removed']);
    expect(codes('region: { type: string, default: eu }', 'region: { type: integer }')).toEqual(['input_type_changed']);
    const off = load(base.replace('cron:', 'enabled: false, cron:'));
    expect(compareDefinitions(load(base), off).warnings).toMatchObject([{ code: 'trigger_disabled' }]);
    const nothing = load('actions: {}');
    expect(compareDefinitions(load(base), nothing).warnings.map(({ code }) => code)).toEqual([
      'workflow_removed',
      'trigger_removed',
    ]);
  });
});
