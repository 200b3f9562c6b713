import type { Json, Place } from '@millrace/core';
import type { z } from 'zod';
import type { Report } from '../diagnostics/diagnostic.ts';
import { closest, didYouMean } from '../diagnostics/did-you-mean.ts';
import { describeValue } from '../values/describe-value.ts';
import { nodeAt, type Path, placeAtPath, placeOf, placeOfKey, type SourceNode, toJson } from '../yaml/source-node.ts';
import { defaultPhrase, parseExpected } from './expected.ts';
import { foreignKey } from './foreign-keys.ts';
import { knownKeys } from './known-keys.ts';
import { likelyMeant } from './likely-meant.ts';

export type Subject = Readonly<{
  /** How messages name the thing: `` Step `build` ``. */
  name: string;
  /** Where its own name stands: the place of a missing key. */
  at: Place;
  /** What kind of thing it is, to explain keys that belong to another kind. */
  noun:
    | 'action'
    | 'step'
    | 'workflow'
    | 'trigger'
    | 'queue'
    | 'secret'
    | 'provider'
    | 'secret source'
    | 'secret key'
    | 'connection'
    | 'connection type'
    | 'hook'
    | 'file'
    | 'workspace'
    | 'pack';
  type?: string;
}>;

/**
 * Reads a node by a schema. Every problem is reported at its own place, in our words; the result is null when there was
 * one. What the schema gives is plain data as written, with nothing converted or filled in.
 */
export function readNode<Schema extends z.ZodType>(
  schema: Schema,
  node: SourceNode,
  subject: Subject,
  report: Report,
): z.output<Schema> | null {
  const result = schema.safeParse(toJson(node), { error: defaultPhrase });
  if (result.success) return result.data;
  for (const issue of result.error.issues) reportIssue(issue, [], { schema, node, subject, report });
  return null;
}

type Reading = Readonly<{ schema: z.ZodType; node: SourceNode; subject: Subject; report: Report }>;

function reportIssue(issue: z.core.$ZodIssue, before: Path, reading: Reading): void {
  const path = [...before, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      for (const key of issue.keys) reportUnknownKey(key, path, reading);
      return;
    case 'invalid_key':
      for (const inner of issue.issues) reportInvalidKey(inner.message, path, reading);
      return;
    case 'invalid_union': {
      const nested = nestedIssues(issue.errors);
      if (nested === null) reportValue(issue.message, path, reading);
      else for (const inner of nested) reportIssue(inner, path, reading);
      return;
    }
    case 'invalid_type':
      if (nodeAt(reading.node, path) === undefined) reportMissingKey(path, reading);
      else reportValue(issue.message, path, reading);
      return;
    case 'invalid_value': {
      const value = nodeAt(reading.node, path);
      if (value === undefined) {
        reportMissingKey(path, reading);
        return;
      }
      const written = toJson(value);
      const suggestion = typeof written === 'string' ? closest(written, issue.values.map(String)) : undefined;
      reportValue(issue.message, path, reading, suggestion);
      return;
    }
    default:
      reportValue(issue.message, path, reading);
  }
}

/** The problems of the one member of a union that was meant: the one whose outer shape fits the value. */
function nestedIssues(members: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | null {
  const fitting = members.filter(
    (issues) => !issues.some((one) => one.path.length === 0 && one.code === 'invalid_type'),
  );
  const closer = fitting.filter(
    (issues) => !issues.some((one) => one.path.length === 0 && one.code === 'unrecognized_keys'),
  );
  const [only, second] = closer.length > 0 ? closer : fitting;
  return only !== undefined && second === undefined ? only : null;
}

function reportValue(phrase: string, path: Path, { node, subject, report }: Reading, suggestion?: string): void {
  const { code, phrase: wanted } = parseExpected(phrase);
  const value = nodeAt(node, path);
  const written: Json | undefined = value === undefined ? undefined : toJson(value);
  const meant = suggestion ?? (written === undefined ? undefined : likelyMeant(code, written));
  report({
    code: path.at(-1) === 'type' && path.length > 1 && code === 'invalid_value' ? 'unknown_type' : code,
    message: `${subject.name}: ${nameOfPath(path)} must be ${wanted}; got ${describeValue(written)}.`,
    hint: meant === undefined ? typeAlias(path, written) : `Did you mean \`${meant}\`?`,
    at: placeOfValue(node, path, subject),
  });
}

/** Where a value stands; an absent or empty one is shown at its key. */
function placeOfValue(node: SourceNode, path: Path, subject: Subject): Place {
  const value = nodeAt(node, path);
  if (value !== undefined && !(value.kind === 'scalar' && value.start === value.end)) return placeOf(value);
  const parent = nodeAt(node, path.slice(0, -1));
  const key = path.at(-1);
  if (parent?.kind === 'map' && key !== undefined && parent.entries.has(String(key)))
    return placeOfKey(parent, String(key));
  return path.length === 0 ? subject.at : placeAtPath(node, path);
}

function reportMissingKey(path: Path, { node, subject, report }: Reading): void {
  const key = String(path.at(-1));
  const owner = path.slice(0, -1);
  report({
    code: 'missing_key',
    message:
      owner.length === 0
        ? `${subject.name} needs the key \`${key}\`.`
        : `${subject.name}: ${nameOfPath(owner)} needs the key \`${key}\`.`,
    hint: `Add \`${key}: …\`.`,
    at: owner.length === 0 ? subject.at : ownerPlace(node, owner),
  });
}

function ownerPlace(node: SourceNode, owner: Path): Place {
  const above = nodeAt(node, owner.slice(0, -1));
  const last = String(owner.at(-1));
  return above?.kind === 'map' ? placeOfKey(above, last) : placeAtPath(node, owner);
}

function reportUnknownKey(key: string, path: Path, { schema, node, subject, report }: Reading): void {
  const owner = nodeAt(node, path);
  const at = owner?.kind === 'map' ? placeOfKey(owner, key) : placeAtPath(node, path);
  const keys = knownKeys(schema, path);
  const foreign = path.length === 0 ? foreignKey(key, subject) : null;
  if (foreign !== null) {
    report({ code: 'misplaced_key', ...foreign, at });
    return;
  }
  const where = path.length === 0 ? subject.name : `${subject.name}: ${nameOfPath(path)}`;
  const merge = key === '<<' ? 'Merge keys are not part of YAML 1.2: write the keys out.' : null;
  report({
    code: 'unknown_key',
    message: `${where} has no key \`${key}\`.`,
    hint: merge ?? didYouMean(key, keys, 'Known keys'),
    at,
  });
}

function reportInvalidKey(phrase: string, path: Path, { node, subject, report }: Reading): void {
  const { code, phrase: wanted } = parseExpected(phrase);
  const owner = nodeAt(node, path.slice(0, -1));
  const key = String(path.at(-1));
  report({
    code,
    message: `${subject.name}: the key \`${key}\` of ${nameOfPath(path.slice(0, -1))} must be ${wanted}.`,
    hint: 'Rename it.',
    at: owner?.kind === 'map' ? placeOfKey(owner, key) : placeAtPath(node, path),
  });
}

/** `` `next[0].do` `` */
function nameOfPath(path: Path): string {
  if (path.length === 0) return 'it';
  let text = '';
  for (const part of path) text += typeof part === 'number' ? `[${part}]` : `${text === '' ? '' : '.'}${String(part)}`;
  return `\`${text}\``;
}

const aliases: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int: 'integer',
  str: 'string',
  float: 'number',
  double: 'number',
  list: 'array',
  map: 'object',
  dict: 'object',
  timestamp: 'datetime',
};

/** Words for types that other languages use. */
function typeAlias(path: Path, written: Json | undefined): string | null {
  if (path.at(-1) !== 'type' || typeof written !== 'string' || !Object.hasOwn(aliases, written)) return null;
  return `Did you mean \`${aliases[written]}\`?`;
}
