import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadDefinitions } from '../../index.ts';

const read = (name: string) => ({
  path: `.workflows/${name}.yaml`,
  text: readFileSync(new URL(`../../../test/fixtures/stroem/${name}.yaml`, import.meta.url), 'utf8'),
});

function load(name: string) {
  const { definitions, diagnostics } = loadDefinitions([read(name)]);
  expect(diagnostics).toEqual([]);
  if (definitions === null) throw new Error('unreachable: no diagnostics, no definitions');
  return definitions;
}

const wrong = (text: string) =>
  loadDefinitions([{ path: 'x.yaml', text }]).diagnostics.map(
    ({ line, column, code, message, hint }) => `${line}:${column} ${code} ${message} ${hint ?? ''}`,
  );

describe('a file of Strøm', () => {
  it('loads with tasks as workflows, bare step names and a six-field cron', () => {
    const { actions, workflows, triggers, places } = load('greeting');
    expect(actions.welcome?.output).toEqual({ kind: 'flat', fields: { text: { type: 'string' } } });
    const [make, say] = workflows['welcome-everybody']?.steps ?? [];
    expect(make).toMatchObject({ name: 'make-text', action: 'welcome', input: { who: '{{ input.who }}' } });
    expect(say).toMatchObject({ dependsOn: ['make-text'], input: { line: '{{ steps.make-text.output.text }}' } });
    expect(triggers['each-minute']).toEqual({
      name: 'each-minute',
      type: 'schedule',
      workflow: 'welcome-everybody',
      cron: '30 * * * * *',
      timezone: 'UTC',
      catchUp: 'none',
      catchUpLimit: 100,
      input: { who: 'Clock' },
      enabled: false,
    });
    expect(places['/workflows/welcome-everybody/steps/say-it/input/line']).toEqual({
      file: '.workflows/greeting.yaml',
      line: 31,
      column: 18,
    });
  });

  it('loads when actions read input that they do not declare', () => {
    const { actions, workflows } = load('pipeline');
    expect(actions['package-image']?.body).toMatchObject({ type: 'docker' });
    expect(workflows.pipeline?.steps.map(({ name }) => name)).toEqual(['fetch', 'compile', 'package', 'roll-out']);
  });

  it('loads with docker actions, their environment and resources', () => {
    const { actions, triggers } = load('dump');
    expect(actions.dump?.body).toEqual({
      type: 'docker',
      image: 'registry/dumper:v3',
      command: ['--all', '--to', '/data/dump.sql'],
      env: { HOST: '{{ input.host }}' },
      resources: { cpu: '250m', memory: '256Mi' },
    });
    expect(triggers.nightly).toMatchObject({ cron: '0 30 3 * * *', workflow: 'dump-nightly', enabled: true });
  });

  it('loads with scripts, retries, loops, approvals and hooks of the second version', () => {
    const { actions, workflows, triggers, hooks } = load('later');
    expect(actions.page?.body).toMatchObject({
      type: 'shell',
      env: { TEXT: "{{ input.text | default('no text') }}", TOKEN: '{{ secrets.pager }}' },
    });
    expect(actions.report).toMatchObject({
      timeoutMs: 90_000,
      retry: { attempts: 3, delayMs: 5000, backoff: 'exponential', jitter: 0.25 },
      input: { fields: { level: { enum: ['low', 'high'] }, loud: { type: 'boolean' } } },
      body: { type: 'script', runtime: 'python', entrypoint: 'tools/report.py', dependencies: ['rich'] },
    });
    expect(actions['whole-pipeline']?.body).toEqual({ type: 'workflow', workflow: 'regions', wait: true });
    const { steps = [], timeoutMs, hooks: own } = workflows.regions ?? {};
    expect(timeoutMs).toBe(5_400_000);
    expect(steps[0]?.inline).toMatchObject({ type: 'shell', cmd: expect.stringContaining("join(', ')") });
    expect(steps[1]).toMatchObject({
      forEach: '{{ steps.list-names.output.all }}',
      when: '{{ steps.list-names.output.all | length > 0 }}',
      itemConcurrency: 1,
      input: { level: 'high', loud: '{{ index == 0 }}' },
      continueOnFailure: true,
    });
    expect(steps[2]?.inline).toMatchObject({ type: 'approval', prompt: 'Was {{ steps.each-one.output }} right?' });
    expect(own?.onSuccess).toEqual([{ action: 'page', input: { text: 'done' } }]);
    expect(hooks.onFailure).toEqual([
      { action: 'page', input: { text: '{{ run.workflow }} failed: {{ run.error.message }}' } },
    ]);
    expect(triggers['from-outside']).toMatchObject({
      mode: 'sync',
      timeoutMs: 20_000,
      secret: '{{ secrets.outside }}',
    });
  });

  it('loads with connections, their types, and the names of secrets', () => {
    const text = `tasks:
  t: { flow: { s: { action: a } } }
actions:
  a: { type: script, script: 'echo hi', env: { HOST: "{{ connections.db.host }}" } }
connection_types:
  pg:
    host: { type: string, required: true }
    password: { type: string, secret: true }
connections:
  db: { type: pg, host: h, password: "{{ secret.db_password }}" }
secrets:
  db_password: hunter2
  nested: { a: b }
`;
    const { definitions, diagnostics } = loadDefinitions([
      { path: 'x.yaml', text: text.replace(/ {2}nested.*\n/, '') },
    ]);
    expect(diagnostics).toMatchObject([{ code: 'dialect_ignored', line: 12, column: 3 }]);
    expect(JSON.stringify(diagnostics)).not.toContain('hunter2');
    expect(definitions).toMatchObject({
      secrets: { db_password: { name: 'db_password' } },
      connectionTypes: { pg: { fields: { host: { type: 'string' }, password: { secret: true } } } },
      connections: { db: { type: 'pg', values: { host: 'h', password: '{{ secrets.db_password }}' } } },
    });
    expect(JSON.stringify(definitions)).not.toContain('hunter2');
    const all = loadDefinitions([{ path: 'x.yaml', text }]).diagnostics;
    expect(all.map(({ code, line }) => `${code} ${line}`)).toContain('dialect_unsupported 13');
  });

  it('may stand beside files of ours and call what they define', () => {
    const ours = {
      path: '.workflows/ours.yaml',
      text: 'workflows:\n  all:\n    steps:\n      one: { action: pipeline, input: { url: u, version: v } }\n',
    };
    expect(loadDefinitions([ours, read('pipeline')]).diagnostics).toEqual([]);
  });

  it('may mix both languages', () => {
    const text = `${read('greeting').text}\nworkflows:\n  more:\n    steps:\n      one: { action: welcome-everybody }\n`;
    const { definitions, diagnostics } = loadDefinitions([{ path: 'x.yaml', text }]);
    expect(diagnostics).toEqual([]);
    expect(Object.keys(definitions?.workflows ?? {}).sort()).toEqual(['more', 'welcome-everybody']);
  });

  it('keeps the exact place of what is wrong inside a template that was rewritten', () => {
    const flow =
      '  t:\n    flow:\n      a-b: { type: shell, cmd: x }\n      c:\n        type: shell\n        depends_on: [a-b]\n';
    expect(wrong(`tasks:\n${flow}        cmd: "{{ a-b.output.x }} {{ nope }}"\n`)).toEqual([
      expect.stringMatching(/^8:37 unknown_name .*`nope`/),
    ]);
    expect(wrong(`tasks:\n${flow}        cmd: "{{ a_b.outptu }}"\n`)).toEqual([
      expect.stringMatching(/^8:18 unknown_field .*Did you mean `output`/),
    ]);
  });

  it('says plainly what cannot be run', () => {
    const task = 'tasks:\n  t:\n    flow:\n      s: { type: shell, cmd: x }\n';
    expect(wrong(`actions:\n  a: { type: agent, provider: p, prompt: q }\n${task}`)).toEqual([
      expect.stringMatching(/^2:8 dialect_unsupported .*agent/),
    ]);
    expect(wrong(`actions:\n  a: { type: script, runner: docker, script: x }\n${task}`)).toEqual([
      expect.stringMatching(/^2:22 dialect_unsupported .*image/),
    ]);
    expect(wrong(`actions:\n  a: { type: script, language: python, script: "print({{ input.x }})" }\n${task}`)).toEqual(
      [expect.stringMatching(/^2:48 dialect_unsupported .*standard input/)],
    );
    expect(wrong(`actions:\n  a: { type: shell, cmd: "{{ get_env(name='HOME') }}" }\n${task}`)).toContainEqual(
      expect.stringMatching(/^2:30 dialect_unsupported .*environment of the server/),
    );
    expect(wrong(`mcp_servers: {}\n${task}`)).toEqual([expect.stringMatching(/^1:1 dialect_unsupported/)]);
    expect(wrong(`${task}triggers:\n  e: { type: event_source, task: t }\n`)).toEqual([
      expect.stringMatching(/^6:8 dialect_unsupported .*webhook/),
    ]);
    expect(wrong('tasks:\n  t:\n    folder: a/b\n    flow:\n      s: { type: shell, cmd: x }\n')).toEqual([
      expect.stringMatching(/^3:5 dialect_ignored/),
    ]);
  });

  it('is checked like any other: unknown keys and steps have their place and a suggestion', () => {
    expect(wrong('tasks:\n  t:\n    flow:\n      s: { type: shell, cmd: x, dependson: [a] }\n')).toEqual([
      expect.stringMatching(/^4:33 unknown_key .*`depends_on`/),
    ]);
    expect(wrong('tasks:\n  t:\n    flow:\n      s: { type: shell, cmd: x, depends_on: [a] }\n')).toEqual([
      expect.stringMatching(/^4:46 unknown_step/),
    ]);
  });
});
