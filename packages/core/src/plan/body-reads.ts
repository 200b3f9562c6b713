import { parseTemplate, readsOf } from '@millrace/expression';
import type { ActionBody } from '../definitions/action.ts';
import type { Json } from '../values/json.ts';

type Path = readonly (string | number)[];

/**
 * The paths that a worker needs values of to render the body's templates. What every assignment carries is left out:
 * `run` and `input`. An inline body also sees the run's input below its own: what it reads of `input` is kept, so that
 * just that part of a big input travels with each attempt.
 */
export function bodyReads(body: ActionBody, inline: boolean): readonly Path[] {
  if (body.type === 'workflow' || body.type === 'wait' || body.type === 'approval' || body.type === 'emit') return [];
  const paths: Path[] = [];
  for (const [key, value] of Object.entries(body)) {
    // Code is never a template: its braces mean what they mean in its language.
    if (key !== 'code') collect(value as Json, paths);
  }
  return shortest(paths.filter(([root]) => root !== 'run' && (inline || root !== 'input')));
}

function collect(value: Json, paths: Path[]): void {
  if (typeof value === 'string') {
    if (value.includes('{')) paths.push(...templateReads(value));
  } else if (Array.isArray(value)) {
    for (const item of value) collect(item, paths);
  } else if (typeof value === 'object' && value !== null) {
    for (const field of Object.values(value)) collect(field, paths);
  }
}

function templateReads(text: string): readonly Path[] {
  try {
    return readsOf(parseTemplate(text)).map((read) => read.path);
  } catch {
    // It does not parse: whoever renders it says so, with its place.
    return [];
  }
}

/** Without those that lie inside another. Lists are taken whole, so a path ends before its first number. */
function shortest(paths: readonly Path[]): readonly Path[] {
  const cut = paths.map((path) => {
    const number = path.findIndex((key) => typeof key === 'number');
    return number === -1 ? path : path.slice(0, number);
  });
  const known = new Map(cut.map((path) => [JSON.stringify(path), path]));
  return [...known.values()].filter((path) => {
    for (let length = 1; length < path.length; length++)
      if (known.has(JSON.stringify(path.slice(0, length)))) return false;
    return true;
  });
}
