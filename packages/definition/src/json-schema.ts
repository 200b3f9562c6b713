import type { JsonObject } from '@millrace/core';
import { z } from 'zod';
import { file } from './grammar/file.ts';

/** The JSON Schema (2020-12) of a workflow file, from the same grammar that checks files: for editors and other tools. */
export function jsonSchema(): JsonObject {
  const schema = z.toJSONSchema(file, { target: 'draft-2020-12', io: 'input' });
  return {
    ...(JSON.parse(JSON.stringify(schema)) as JsonObject),
    title: 'Millrace workflow file',
    description: 'Actions, workflows and triggers of a workspace: any *.yaml file below .workflows/.',
  };
}
