import type { Client } from '@millrace/client';
import type { JsonObject } from '@millrace/core';
import { readInput } from '../commands/input-option.ts';

/** What `--input` gives. The declared types of inputs are only asked for where `name=value` needs them. */
export async function gatherInput(
  client: Client,
  workspace: string,
  name: string,
  given: readonly string[],
): Promise<JsonObject> {
  const needsTypes = given.some((text) => /^[A-Za-z_][\w-]*=/.test(text));
  const workflow = needsTypes ? await client.workflows.get(workspace, name) : null;
  const parameters: Record<string, { type: string }> = {};
  for (const [key, parameter] of Object.entries(workflow?.input.parameters ?? {})) {
    if (typeof parameter.type === 'string') parameters[key] = { type: parameter.type };
  }
  return readInput(given, parameters);
}
