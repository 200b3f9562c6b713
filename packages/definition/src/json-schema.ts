import type { JsonObject } from '@millrace/core';
import { z } from 'zod';
import { file } from './grammar/file.ts';
import { testFileShape } from './workflow-tests/grammar.ts';

/** The JSON Schema (2020-12) of a workflow file, from the same grammar that checks files: for editors and other tools. */
export function jsonSchema(): JsonObject {
  const description = 'Actions, workflows and triggers of a workspace: any *.yaml file below .workflows/.';
  return schemaOf(file, 'Millrace workflow file', description);
}

/** The JSON Schema (2020-12) of a file of workflow tests. */
export function testsJsonSchema(): JsonObject {
  return schemaOf(
    testFileShape,
    'Millrace workflow tests',
    'Tests of workflows: any *.test.yaml file below .workflows/.',
  );
}

function schemaOf(shape: z.ZodType, title: string, description: string): JsonObject {
  const schema = z.toJSONSchema(shape, { target: 'draft-2020-12', io: 'input' });
  return { ...(JSON.parse(JSON.stringify(schema)) as JsonObject), title, description };
}
