import { describe, expect, it } from 'vitest';
import type { ActionBody } from '../definitions/action.ts';
import { compilePlan } from '../plan/compile-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { preparePlan } from '../plan/prepared-plan.ts';
import { definitionsOf, type StepText } from '../testing/build-plan.ts';
import type { JsonObject } from '../values/json.ts';
import { findSealed } from './secret-reads.ts';
import type { StepSecrets } from './step-secrets.ts';

const connections = {
  db: { name: 'db', values: { host: 'h', port: 5, url: 'u:{{ secrets.db_password }}@h' } },
  unused: { name: 'unused', values: { key: '{{ secrets.unused }}' } },
};

function planOf(step: StepText): Plan {
  const definitions = { ...definitionsOf('main', { steps: { s: step } }), connections };
  const { plan } = compilePlan(definitions, 'test', 'main');
  if (plan === null) throw new Error('There is no plan.');
  return plan;
}

const secretsOf = (step: StepText): StepSecrets | null => preparePlan(planOf(step)).step(0).secrets;

const shell = (cmd: string): ActionBody => ({ type: 'shell', cmd });

describe('what a step reads that only its worker may know', () => {
  it('is nothing for most steps, whatever they say about secrets', () => {
    for (const step of [
      {},
      { input: { x: '{{ input.n }}', y: 'the secrets of {{ input.n }}' } },
      { inline: shell('echo "{{ input.secrets }}"'), env: { A: '{{ input.connections }}' } },
      { input: { x: '{{ secrets.' } },
    ]) {
      expect(secretsOf(step)).toBeNull();
    }
  });

  it('is found in input, env and body, with all that those texts read otherwise', () => {
    expect(
      secretsOf({
        forEach: 2,
        input: { plain: '{{ input.n }}', deep: [{ 'a/b': 'Bearer {{ secrets.token }} {{ item }} {{ input.n }}' }] },
        inline: shell('{{ secrets.body }}'),
      }),
    ).toEqual({
      secrets: ['body', 'token'],
      withFields: [],
      connections: {},
      input: ['/deep/0/a~1b'],
      env: [],
      bodyConfig: [],
      ownConfig: [],
      reads: [['item'], ['input', 'n']],
    });
    expect(secretsOf({ env: { A: '{{ secrets.a | base64 }}', B: 'b' } })).toMatchObject({
      secrets: ['a'],
      env: ['/A'],
    });
  });

  it('tells of which secrets fields are read, also through connections', () => {
    const read = secretsOf({
      input: { x: '{{ secrets.db.password }}', y: '{{ secrets.db }}', z: '{{ secrets.list[0] }}' },
      inline: shell('{{ secrets.body.a.b }} {{ secrets.whole }}'),
    });
    expect(read).toMatchObject({ secrets: ['body', 'db', 'list', 'whole'], withFields: ['body', 'db', 'list'] });
    expect(secretsOf({ inline: shell('{{ connections.db.url }}') })).toMatchObject({ withFields: [] });
  });

  it('goes through connections, of which the plan has those that are read', () => {
    const step = { inline: shell('{{ connections.db.host }}') };
    expect(secretsOf(step)).toMatchObject({ secrets: ['db_password'], connections: { db: connections.db.values } });
    expect(planOf(step).connections).toEqual({ db: connections.db.values });
    expect(planOf({}).connections).toBeUndefined();
    expect(secretsOf({ inline: shell('{{ connections.none.x }}') })).toMatchObject({ secrets: [], connections: {} });
  });

  it('goes through the configuration of a pack, as far as it is read', () => {
    const config: JsonObject = { url: '{{ secrets.url }}', other: '{{ secrets.other }}', plain: 'x' };
    const ofPack = (body: ActionBody): StepSecrets | null => {
      const definitions = definitionsOf('main', { steps: { s: { action: 'a' } }, actions: { a: { body, config } } });
      const { plan } = compilePlan(definitions, 'test', 'main');
      return plan === null ? null : preparePlan(plan).step(0).secrets;
    };
    expect(ofPack(shell('{{ config.plain }}'))).toBeNull();
    expect(ofPack(shell('{{ config.url }}'))).toMatchObject({
      secrets: ['url'],
      bodyConfig: ['/url'],
    });
    expect(ofPack({ type: 'function', function: 'f' })).toMatchObject({
      secrets: ['other', 'url'],
      bodyConfig: ['/url', '/other'],
    });
  });

  it('is nothing where no worker is: nobody could put it in', () => {
    expect(secretsOf({ inline: { type: 'wait', for: '{{ secrets.a }}' } })).toBeNull();
  });
});

it('a text that does not parse, or is none, is not sealed', () => {
  expect(findSealed({ a: '{{ secrets.x', b: [1, null, true, '{{ secrets.y }}'] })).toEqual([
    { pointer: '/b/3', reads: [['secrets', 'y']] },
  ]);
});
