import { describe, expect, test } from 'vitest';
import { definitionsOf, fields, type WorkflowText } from '../testing/build-plan.ts';
import { RunDriver } from '../testing/run-driver.ts';
import { actionsOfHooks } from './compile-hooks.ts';
import { compileAction, compilePlan } from './compile-plan.ts';
import { preparePlan } from './prepared-plan.ts';

const call = (action: string) => [{ action, input: {} }];
const text: WorkflowText = {
  steps: { a: {} },
  actions: {
    tell: {
      input: fields({ text: { type: 'string', default: 'Hi.' }, to: { type: 'string' } }),
      output: fields({ id: { type: 'integer' } }),
      labels: ['net'],
    },
    open: {},
    'core.notify': { input: fields({ text: { type: 'string' } }), config: { channel: 'ops' } },
    boxed: { body: { type: 'docker', image: 'x' } },
  },
  hooks: { onFailure: [...call('tell'), ...call('other'), ...call('core.nothing')] },
  workspaceHooks: { onSuccess: [...call('boxed'), ...call('tell')] },
  others: { other: { steps: { x: {} }, hooks: { onCancel: call('open') } } },
};
const definitions = definitionsOf('main', text);

describe('the hooks of a plan', () => {
  test('know whether they call an action or a workflow, what that takes, and whether it can be executed', () => {
    const { plan, problems } = compilePlan(definitions, 'test', 'main');
    expect(problems).toEqual([]);
    expect(plan?.hooks.on_failure).toMatchObject([
      { action: 'tell', calls: 'action', parameters: { fields: { to: {} } }, problem: null },
      { action: 'other', calls: 'workflow', problem: null },
      {
        action: 'core.nothing',
        problem: 'The pack action core.nothing is not executed by this version of Millrace yet.',
      },
    ]);
    expect(plan?.workspaceHooks?.on_success?.[0]?.problem).toContain('`docker`');
    expect(plan?.hooks).not.toHaveProperty('on_cancel');
  });

  test('call actions that get plans of their own, each once', () => {
    expect(actionsOfHooks(definitions)).toEqual(['boxed', 'tell', 'open']);
  });
});

describe('an action that runs by itself', () => {
  const run = (action: string, input: Readonly<Record<string, string>>) => {
    const { plan } = compileAction(definitions, 'test', action);
    if (plan === null) throw new Error('There is no plan.');
    return new RunDriver(preparePlan(plan), input);
  };

  test('gets the input of the run and gives its output, as the action promises', () => {
    const one = run('tell', { text: 'Hi.' });
    expect(one.plan.plan).toMatchObject({ workflow: 'tell', hooks: {}, input: { fields: { text: {} } } });
    expect(one.plan.plan).not.toHaveProperty('workspaceHooks');
    expect(one.input('tell')).toEqual({ text: 'Hi.' });
    expect(one.work('tell').lane.labels).toEqual(['net']);
    one.succeed('tell', { id: 3 });
    expect([one.status, one.output]).toEqual(['succeeded', { id: 3 }]);
    const other = run('tell', { text: 'Hi.' });
    other.succeed('tell', { id: 'three' });
    expect(other.step('tell').error?.code).toBe('invalid_output');
  });

  test('of a pack has a step by its own name, and its configuration', () => {
    const one = run('core.notify', { text: 'Hi.' });
    expect(one.plan.plan).toMatchObject({ workflow: 'core.notify', steps: [{ name: 'notify' }] });
    expect(one.plan.plan.steps[0]?.action).toMatchObject({ name: 'core.notify', config: { channel: 'ops' } });
    one.succeed('notify', 1);
    expect(one.output).toBe(1);
  });

  test('takes anything when it says nothing about its input', () => {
    const one = run('open', { any: 'thing' });
    expect(one.plan.plan.input.kind).toBe('schema');
    expect(one.input('open')).toEqual({ any: 'thing' });
  });
});
