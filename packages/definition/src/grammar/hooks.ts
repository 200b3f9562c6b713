import { z } from 'zod';
import { jsonObject, reference } from './values.ts';

export const hookCall = z
  .strictObject({ action: reference, input: jsonObject.exactOptional() })
  .meta({ id: 'HookCall' });
const calls = z.array(hookCall);

/** What is called when a run reaches a state; of a workflow, or of the whole workspace. */
export const hookShape = {
  on_success: calls.exactOptional(),
  on_failure: calls.exactOptional(),
  on_cancel: calls.exactOptional(),
  on_suspend: calls.exactOptional(),
};

export const hookNames = Object.keys(hookShape) as readonly (keyof typeof hookShape)[];
export const hooks = z.object(hookShape);
