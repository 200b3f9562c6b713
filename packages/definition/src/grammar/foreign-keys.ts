import { listOf } from '../values/describe-value.ts';
import { actionShape } from './action.ts';
import { actionTypes, bodyShapes } from './action-bodies.ts';
import { stepShape } from './step.ts';
import { triggerShapes, triggerTypes } from './trigger.ts';

type Explanation = Readonly<{ message: string; hint: string }>;
type Kind = Readonly<{ name: string; noun: string; type?: string }>;

/** Explains a key that exists, but belongs to another type or kind of thing; null when nothing knows it. */
export function foreignKey(key: string, subject: Kind): Explanation | null {
  if (subject.noun === 'action' || subject.noun === 'step') return ofActionOrStep(key, subject);
  if (subject.noun !== 'trigger') return null;
  const types = triggerTypes.filter((type) => Object.hasOwn(triggerShapes[type], key));
  return types.length === 0 ? null : ofTypes(key, types, subject);
}

function ofActionOrStep(key: string, subject: Kind): Explanation | null {
  if (subject.noun === 'action' && Object.hasOwn(stepShape, key) && !Object.hasOwn(actionShape, key)) {
    return {
      message: `${subject.name} has the key \`${key}\`, which belongs to steps.`,
      hint: `Move \`${key}\` to the steps that call the action.`,
    };
  }
  if (subject.noun === 'step' && key === 'output') {
    return {
      message: `${subject.name} has the key \`output\`; steps declare no output.`,
      hint: 'Put the action below `actions`, where it can declare its output, and call it by name.',
    };
  }
  const types = actionTypes.filter((type) => Object.hasOwn(bodyShapes[type], key));
  if (types.length === 0) return null;
  if (subject.noun === 'step' && subject.type === undefined) {
    return {
      message: `${subject.name} calls an action by name, so it cannot have the key \`${key}\`, which belongs to the action itself.`,
      hint: `Move \`${key}\` to the action, or write the action inline with \`type: …\`.`,
    };
  }
  return ofTypes(key, types, subject);
}

function ofTypes(key: string, types: readonly string[], subject: Kind): Explanation {
  return {
    message: `${subject.name} is of type \`${subject.type ?? '?'}\`, which has no key \`${key}\`.`,
    hint: `\`${key}\` belongs to the type${types.length > 1 ? 's' : ''} ${listOf(types)}.`,
  };
}
