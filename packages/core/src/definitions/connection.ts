import type { JsonObject } from '../values/json.ts';
import type { Parameter } from './parameters.ts';

/** What connections of a kind consist of. */
export type ConnectionTypeDefinition = Readonly<{
  name: string;
  description?: string;
  fields: Readonly<Record<string, Parameter>>;
}>;

/** How an outside system is reached. Texts may be templates that read `secrets` and nothing else; workers render them. */
export type ConnectionDefinition = Readonly<{
  name: string;
  description?: string;
  /** Absent: it has whatever fields it gives. */
  type?: string;
  /** With the defaults of its type. */
  values: JsonObject;
}>;
