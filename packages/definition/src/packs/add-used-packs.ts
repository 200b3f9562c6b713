import type { Definitions } from '@millrace/core';
import { packOf } from '../checks/loaded.ts';

/** Adds the definitions of the packs that are called, directly or through others. */
export function addUsedPacks(own: Definitions, packs: ReadonlyMap<string, Definitions>): Definitions {
  const wanted = [...referencesOf(own)];
  const added = new Set<string>();
  let all = own;
  for (const name of wanted) {
    const pack = name.includes('.') ? packOf(name) : '';
    const definitions = packs.get(pack);
    if (definitions === undefined || added.has(pack)) continue;
    added.add(pack);
    wanted.push(...referencesOf(definitions));
    all = {
      ...all,
      actions: { ...all.actions, ...definitions.actions },
      workflows: { ...all.workflows, ...definitions.workflows },
      places: { ...all.places, ...definitions.places },
    };
  }
  return all;
}

function* referencesOf({ actions, workflows, triggers, hooks }: Definitions): Generator<string> {
  for (const { body } of Object.values(actions)) if (body.type === 'workflow') yield body.workflow;
  for (const { steps, hooks: own } of Object.values(workflows)) {
    for (const { action, inline } of steps) {
      if (action !== undefined) yield action;
      if (inline?.type === 'workflow') yield inline.workflow;
    }
    for (const calls of Object.values(own)) for (const { action } of calls) yield action;
  }
  for (const { workflow } of Object.values(triggers)) yield workflow;
  for (const calls of Object.values(hooks)) for (const { action } of calls) yield action;
}
