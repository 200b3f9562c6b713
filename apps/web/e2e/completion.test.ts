// What the editor suggests, by the grammar that a real server hands out.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Knowledge, suggest } from '../src/features/editor/completion/suggest.ts';
import { type Millrace, startMillrace } from './support/millrace.ts';

let millrace: Millrace;
let knowledge: Knowledge;
beforeAll(async () => {
  millrace = await startMillrace({ shop: { '.workflows/a.yaml': 'actions: {}\n' } });
  const { schema, functions } = await millrace.api.workspaces.files.grammar();
  knowledge = {
    schema,
    functions,
    defined: {
      actions: [{ name: 'core.notify', description: 'Tells people.', input: ['text', 'channel'] }],
      workflows: [{ name: 'release', description: null, input: ['tag'] }],
    },
  };
});
afterAll(() => millrace?.stop());

/** What is suggested at `|` of a text. */
function at(marked: string, given = knowledge): readonly string[] {
  const cursor = marked.lastIndexOf('¦');
  const before = marked.slice(0, cursor);
  return (suggest(before + marked.slice(cursor + 1), before, given)?.items ?? []).map(({ label }) => label);
}

const start = `workflows:
  release:
    input:
      tag: { type: string }
      region: { type: string }
    vars: { done: false }
    steps:
      build:
        action: core.notify
        input:
          text: hi
      ship-it:
`;

describe('keys', () => {
  test('of a file, a workflow, a step, an input field', () => {
    expect(at('¦')).toEqual(expect.arrayContaining(['actions', 'workflows', 'triggers', 'queues']));
    expect(at('workflows:\n  a:\n    ¦')).toEqual(expect.arrayContaining(['steps', 'input', 'concurrency', 'timeout']));
    expect(at(`${start}        ¦`)).toEqual(expect.arrayContaining(['action', 'depends_on', 'for_each', 'retry']));
    expect(at('workflows:\n  a:\n    input: { who: { ty¦')).toEqual(
      expect.arrayContaining(['type', 'default', 'enum']),
    );
    expect(at('workflows:\n  a:\n    steps:\n      b: { type: shell, retry: { ¦')).toEqual(
      expect.arrayContaining(['attempts', 'delay', 'backoff']),
    );
  });

  test('of flows that go over lines, with several keys on one, and while they are not closed', () => {
    const flow = `workflows:
  a:
    steps:
      b: {
        type: shell, # how
        cmd: 'echo {{ input.n }} }',
        retry: { attempts: 3,
          ¦
        },
        timeout: 1h,
      }
      c: { type: shell }
`;
    expect(at(flow)).toEqual(expect.arrayContaining(['delay', 'backoff']));
    expect(at(flow)).not.toContain('attempts');
    const outside = at(flow.replace('¦', '').replace('timeout', '¦'));
    expect(outside).toEqual(expect.arrayContaining(['depends_on', 'when']));
    for (const taken of ['type', 'cmd', 'retry']) expect(outside).not.toContain(taken);
    const open = flow.slice(0, flow.indexOf('retry'));
    expect(at(`${open}¦\n      c:\n        type: shell\n`)).toContain('depends_on');
    expect(at(`${open}depends_on: [\n          ¦`)).toEqual(['b']);
    expect(at(`${flow.replace('¦', '')}      d:\n        ¦`)).toContain('depends_on');
  });

  test('of steps below a script with braces are not taken for its flow', () => {
    const script = `workflows:
  a:
    steps:
      b:
        type: shell
        cmd: |
          greet() {
            if [ -n "$1" ]; then echo "{"; fi
        ¦
`;
    expect(at(script)).toEqual(expect.arrayContaining(['depends_on', 'when']));
  });

  test('that are there already are not suggested again', () => {
    expect(at('workflows:\n  a:\n    timeout: 1h\n    ¦')).not.toContain('timeout');
  });

  test('of the input of an action are those that it takes', () => {
    expect(at(start.replace('text: hi', '¦'))).toEqual(['text', 'channel']);
  });
});

describe('values', () => {
  test('of action, workflow, depends_on and do are names', () => {
    expect(at(`${start}        action: ¦`)).toEqual(['core.notify', 'release']);
    expect(at('triggers:\n  t:\n    workflow: ¦')).toEqual(['release']);
    expect(at(`${start}        depends_on: [bu¦`)).toEqual(['build', 'ship-it']);
    expect(at(`${start}        depends_on:\n          - ¦`)).toEqual(['build', 'ship-it']);
    expect(at(`${start}        next: [{ do: ¦`)).toEqual(['build', 'ship-it']);
    expect(at(`${start}        next: [\n          { when: failed(),\n            do: ¦`)).toEqual(['build', 'ship-it']);
    const call = `${start.replace('ship-it:', 'ship-it: {\n        action: core.notify,\n        input: {')}          ¦`;
    expect(at(call)).toEqual(['text', 'channel']);
  });

  test('of keys with few values are these', () => {
    expect(at(`${start}        type: ¦`)).toEqual(expect.arrayContaining(['shell', 'http', 'approval']));
    expect(at(`${start}        continue_on_failure: ¦`)).toEqual(['true', 'false']);
  });

  test('are known from the text while the workspace was never valid', () => {
    const nothing = { ...knowledge, defined: null };
    expect(
      at('actions:\n  greet:\n    type: shell\nworkflows:\n  a:\n    steps:\n      b:\n        action: ¦', nothing),
    ).toEqual(['greet', 'a']);
  });
});

describe('expressions', () => {
  test('begin with what there is, and functions', () => {
    expect(at(`${start}        cmd: 'echo {{ ¦`)).toEqual(expect.arrayContaining(['input', 'steps', 'upper', 'now']));
    expect(at(`${start}        when: ¦`)).toEqual(expect.arrayContaining(['steps', 'coalesce']));
    expect(at(`${start}        cmd: 'echo {{ input.tag | ¦`)).not.toContain('steps');
  });

  test('know inputs, steps and their parts', () => {
    expect(at(`${start}        cmd: 'echo {{ input.¦`)).toEqual(['tag', 'region']);
    expect(at(`${start}        cmd: 'echo {{ steps.¦`)).toEqual(['build', 'ship-it']);
    expect(at(`${start}        when: steps.build.¦`)).toEqual(['output', 'status', 'error', 'items']);
    expect(at(`${start}        when: run.¦`)).toContain('workflow');
  });

  test('know what is written in braces', () => {
    const flow =
      "workflows:\n  a:\n    input: { who: { type: string }, n: { type: integer } }\n    steps: { one: { type: shell }, two: { type: shell } }\n    output: { x: '{{ ";
    expect(at(`${flow}input.¦`)).toEqual(['who', 'n']);
    expect(at(`${flow}steps.¦`)).toEqual(['one', 'two']);
  });

  test('end with their braces', () => {
    expect(at(`${start}        cmd: 'echo {{ input.tag }} ¦`)).toEqual([]);
  });
});

test('comments are left alone', () => {
  expect(suggest('# st', '# st', knowledge)).toBeNull();
});
