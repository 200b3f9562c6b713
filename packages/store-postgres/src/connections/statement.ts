import { readFileSync } from 'node:fs';
import pg from 'pg';

/** A statement of the schema `millrace`, prepared once for each connection under its name. */
export type Statement = Readonly<{ name: string; text: string }>;

/** Reads a statement from the `.sql` file beside the module `from`. */
export function readStatement(from: string, name: string): Statement {
  return { name, text: readFileSync(new URL(`./${name}.sql`, from), 'utf8') };
}

/** Puts another schema in the place of `millrace`. */
export function inSchema(text: string, schema: string): string {
  return text.replaceAll('millrace.', `${pg.escapeIdentifier(schema)}.`);
}
