import type { ActionType } from '@millrace/core';
import { z } from 'zod';
import { actionTypes, alternativesMeta, bodyShapes } from './action-bodies.ts';
import { parameters } from './parameters.ts';
import { retry } from './retry.ts';
import { condition, filledText, label, positiveDuration, text } from './values.ts';

/** The keys that every action has, whatever its type. */
export const actionShape = {
  description: text.exactOptional(),
  input: parameters.exactOptional().describe('The parameters that the action takes.'),
  output: parameters.exactOptional().describe('The values that the action gives.'),
  labels: label.exactOptional().describe('Only workers with all these labels take it.'),
  queue: filledText.exactOptional(),
  retry: retry.exactOptional(),
  timeout: positiveDuration.exactOptional().describe('Of one attempt.'),
  tags: label.exactOptional(),
};

function schemaOf(type: ActionType) {
  // A named wait has no condition of a step beside it, so `when` can stand for the event's condition.
  const own: z.core.$ZodShape =
    type === 'wait' ? { ...bodyShapes.wait, when: condition.exactOptional() } : bodyShapes[type];
  return z
    .strictObject({ type: z.literal(type), ...actionShape, ...own })
    .meta({ title: `Action of type ${type}`, ...alternativesMeta(type) });
}

export const actionSchemas = new Map(actionTypes.map((type) => [type, schemaOf(type)] as const));

export const action = z.union([...actionSchemas.values()]).meta({ id: 'Action' });

/** What is common to all actions, read out of an action that its own schema has accepted. */
export const actionCommon = z.object(actionShape);
