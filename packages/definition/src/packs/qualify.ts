import type {
  ActionBody,
  ActionDefinition,
  Definitions,
  Hooks,
  JsonObject,
  Place,
  WorkflowDefinition,
} from '@millrace/core';

/**
 * The definitions of a pack as others see them: `notify` of the pack `core` is `core.notify`, also where the pack calls its
 * own. Each carries the configuration that its expressions read.
 */
export function qualify(definitions: Definitions, pack: string, config: JsonObject): Definitions {
  const own = new Set([...Object.keys(definitions.actions), ...Object.keys(definitions.workflows)]);
  const outer = (name: string): string => (own.has(name) ? `${pack}.${name}` : name);
  const carried = Object.keys(config).length === 0 ? {} : { config };
  const body = (inner: ActionBody): ActionBody =>
    inner.type === 'workflow' ? { ...inner, workflow: outer(inner.workflow) } : inner;
  const hooks = (calls: Hooks): Hooks => {
    const renamed = (list: Hooks['onSuccess']) => list.map((call) => ({ ...call, action: outer(call.action) }));
    return {
      onSuccess: renamed(calls.onSuccess),
      onFailure: renamed(calls.onFailure),
      onCancel: renamed(calls.onCancel),
      onSuspend: renamed(calls.onSuspend),
    };
  };
  const action = (one: ActionDefinition): ActionDefinition => ({
    ...one,
    name: outer(one.name),
    body: body(one.body),
    ...carried,
  });
  const workflow = (one: WorkflowDefinition): WorkflowDefinition => ({
    ...one,
    name: outer(one.name),
    hooks: hooks(one.hooks),
    steps: one.steps.map((step) => ({
      ...step,
      ...(step.action === undefined ? {} : { action: outer(step.action) }),
      ...(step.inline === undefined ? {} : { inline: body(step.inline) }),
    })),
    ...carried,
  });
  return {
    actions: renamed(definitions.actions, outer, action),
    workflows: renamed(definitions.workflows, outer, workflow),
    triggers: {},
    hooks: { onSuccess: [], onFailure: [], onCancel: [], onSuspend: [] },
    places: renamed(
      definitions.places,
      (pointer) => outerPointer(pointer, pack),
      (place: Place) => place,
    ),
  };
}

function renamed<From, To>(
  record: Readonly<Record<string, From>>,
  name: (inner: string) => string,
  value: (from: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(record).map(([key, from]) => [name(key), value(from)]));
}

/** `/actions/notify/body/url` becomes `/actions/core.notify/body/url`. */
const outerPointer = (pointer: string, pack: string): string =>
  pointer.replace(/^(\/(?:actions|workflows)\/)/, (start) => `${start}${pack}.`);
