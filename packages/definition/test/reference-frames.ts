import type { ActionType, JsonObject } from '@millrace/core';

// Where an example of the reference stands: a whole file around the few keys that its row is about.

const step = { type: 'shell', cmd: 'true' };
const text = { type: 'string', default: 'x' };
const tell = { type: 'shell', cmd: 'echo {{ input.text }}', input: { text } };
const other = { steps: { only: step } };
const region = { type: 'string', default: 'eu' };
const regions = { type: 'array', items: { type: 'string' }, default: ['eu', 'us'] };
const pause = { type: 'duration', default: '1s' };

/** The keys without which an action of a type is not complete, unless the example has them itself. */
const needed: Readonly<Record<ActionType, (given: JsonObject) => JsonObject>> = {
  shell: (given) => ('script' in given ? {} : { cmd: 'true' }),
  script: (given) => ({ runtime: 'python', ...('entrypoint' in given ? {} : { code: 'print(1)' }) }),
  http: () => ({ url: 'https://example.com' }),
  workflow: () => ({ workflow: 'other' }),
  wait: () => ({}),
  function: () => ({ function: 'body' }),
  approval: () => ({ prompt: 'Go on?' }),
  emit: () => ({ event: 'order.paid' }),
  docker: () => ({ image: 'alpine:3.22' }),
  pod: (given) => ('manifest' in given ? {} : { image: 'alpine:3.22' }),
  cloud_run: (given) => ('job' in given ? {} : { image: 'etl:7' }),
  container_app: (given) => ('job' in given ? {} : { image: 'etl:7' }),
  fargate: (given) => ('task_definition' in given ? {} : { image: 'etl:7' }),
};

const types = { postgres: { fields: { host: { type: 'string' } } } };

const file = ({ workflows, ...more }: JsonObject): JsonObject => ({
  actions: { tell },
  workflows: { example: other, other, ...(workflows as JsonObject | undefined) },
  ...more,
});

const workflow = (more: JsonObject): JsonObject =>
  file({ workflows: { other, example: { input: { region }, steps: { build: step }, ...more } } });

function stepFile(more: JsonObject): JsonObject {
  const example = 'type' in more || 'action' in more ? more : { ...step, ...more };
  const steps = { build: step, test: step, example };
  // `join` and `max_iterations` are for steps that transitions lead to; the targets of `next` have to be there.
  const led = 'join' in more || 'max_iterations' in more ? { lead: { ...step, next: [{ do: 'example' }] } } : {};
  const targets = 'next' in more ? { deploy: step } : {};
  const input = { regions, region, pause };
  const vars = { n: 0 };
  return file({ workflows: { other, example: { input, vars, steps: { ...steps, ...led, ...targets } } } });
}

function actionFile(type: ActionType, more: JsonObject): JsonObject {
  const example = { type, ...needed[type](more), ...more };
  const call = { action: 'example' };
  return file({ actions: { tell, example }, workflows: { other, example: { steps: { call } } } });
}

const triggerFile = (more: JsonObject): JsonObject =>
  file({
    workflows: { other, example: { input: { region }, steps: { only: step } } },
    triggers: { example: { workflow: 'example', ...more } },
  });

/** The file in which an expression reads a name. */
export function readingFile(name: string, template: string): JsonObject {
  if (name === 'trigger') return triggerFile({ type: 'schedule', every: '1h', input: { region: template } });
  if (name === 'event') return triggerFile({ type: 'event', event: 'git.pushed', input: { region: template } });
  if (name === 'connections') {
    const db = { values: { host: 'db.example.org' } };
    return { ...stepFile({ env: { VALUE: template } }), connections: { db } };
  }
  if (name === 'secrets') return stepFile({ env: { VALUE: template } });
  if (name === 'hook') return workflow({ on_suspend: [{ action: 'tell', input: { text: template } }] });
  if (name === 'error' || name === 'attempt') return stepFile({ retry: { when: template } });
  return stepFile({ depends_on: 'build', for_each: [1, 2], input: { value: template } });
}

/** The file in which the keys of an example stand, by the name of the frame. null: there is no such frame. */
export function fileOf(frame: string, given: JsonObject): JsonObject | null {
  const [place = '', part = ''] = frame.split(' ');
  switch (place) {
    case 'file':
      return file(given);
    case 'parameter':
      return workflow({
        input: { region, example: { ...(given.type === undefined ? { type: 'string' } : {}), ...given } },
      });
    case 'action':
      if (part === '') return actionFile('shell', given);
      if (part === 'cloud') return actionFile('task_definition' in given ? 'fargate' : 'cloud_run', given);
      return actionFile(part as ActionType, given);
    case 'workflow':
      return workflow(part === '' ? given : { [part]: given });
    case 'secret':
      return file({ secrets: { example: given } });
    case 'connection_type':
      return file({ connection_types: { example: given } });
    case 'connection':
      return file({ connection_types: types, connections: { example: given } });
    case 'queue':
      return file({ queues: { example: given } });
    case 'hook':
      return workflow({ on_success: [given] });
    case 'step':
      return stepFile(part === '' ? given : { [part]: given });
    case 'transition':
      return stepFile({ next: [given] });
    case 'retry':
      return stepFile({ retry: given });
    case 'trigger':
      return triggerFile({ type: part === '' ? 'manual' : part, ...given });
    default:
      return null;
  }
}
