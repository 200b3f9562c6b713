import type { CheckedFile } from '@millrace/api';
import { type CursorPlace, keysBelow, placeOf } from './place.ts';
import { type JsonSchema, keysOf, nodesAt, type Suggestion, valuesOf } from './schema.ts';

/** What completion knows beside the text itself. */
export type Knowledge = Readonly<{
  schema: JsonSchema;
  functions: readonly string[];
  /** What the workspace and its packs offer; null: it was never without errors. */
  defined: CheckedFile['defined'];
}>;

export type Suggestions = Readonly<{ mode: CursorPlace['mode']; word: string; items: readonly Suggestion[] }>;

/** What may be written at the end of `before`, of a file with this text. */
export function suggest(text: string, before: string, knowledge: Knowledge): Suggestions | null {
  const place = placeOf(before);
  if (place === null) return null;
  const { mode, word } = place;
  switch (mode) {
    case 'key':
      return { mode, word, items: keys(text, place, knowledge) };
    case 'value':
      return { mode, word, items: values(text, place, knowledge) };
    case 'expression':
      return { mode, word, items: expressions(text, place, knowledge) };
  }
}

function keys(text: string, { path }: CursorPlace, { schema, defined }: Knowledge): readonly Suggestion[] {
  // In a step, `input` holds values for what its action takes.
  if (path.length === 5 && path[2] === 'steps' && path[4] === 'input') {
    const step = keysBelow(text, path.slice(0, 4));
    const called = step.get('action') ?? step.get('workflow');
    const found = [...(defined?.actions ?? []), ...(defined?.workflows ?? [])].find(({ name }) => name === called);
    if (found !== undefined) return found.input.map((label) => ({ label, detail: `input of ${found.name}` }));
  }
  const taken = keysBelow(text, path);
  return keysOf(nodesAt(schema, path)).filter(({ label }) => !taken.has(label));
}

function values(text: string, { path }: CursorPlace, { schema, defined }: Knowledge): readonly Suggestion[] {
  const key = path.at(-1);
  const named = (list: NonNullable<CheckedFile['defined']>['actions']): readonly Suggestion[] =>
    list.map(({ name, description }) =>
      description === null ? { label: name } : { label: name, detail: description },
    );
  const workflows =
    defined === null ? [...keysBelow(text, ['workflows']).keys()].map(plainLabel) : named(defined.workflows);
  if (key === 'action') {
    const own = [...keysBelow(text, ['actions']).keys()].map(plainLabel);
    return [...(defined === null ? own : named(defined.actions)), ...workflows];
  }
  if (key === 'workflow') return workflows;
  if (path[0] === 'workflows' && (key === 'depends_on' || key === 'do')) return steps(text, path);
  return valuesOf(nodesAt(schema, path));
}

/** What each step has, and what a run has. */
const partsOf: Readonly<Record<string, readonly string[]>> = {
  steps: ['output', 'status', 'error', 'items'],
  run: ['id', 'workflow', 'workspace', 'started_at', 'attempt', 'trigger', 'error'],
};
const roots = [
  'input',
  'vars',
  'steps',
  'item',
  'index',
  'total',
  'run',
  'event',
  'secrets',
  'config',
  'connections',
  'env',
];

function expressions(
  text: string,
  { path, text: written }: CursorPlace,
  { functions }: Knowledge,
): readonly Suggestion[] {
  const chain = /((?:[\w-]+\??\.)*)[\w-]*$/.exec(written)?.[1] ?? '';
  const [root, first, ...more] = chain.split('.').slice(0, -1);
  if (root === undefined) {
    const calls = functions.map((label) => ({ label, detail: 'function' }));
    // After a bar only functions make sense.
    return /\|\s*[\w-]*$/.test(written) ? calls : [...roots.map(plainLabel), ...calls];
  }
  const owner = path.slice(0, 2);
  if (root === 'input' || root === 'vars') {
    return first === undefined ? [...keysBelow(text, [...owner, root]).keys()].map(plainLabel) : [];
  }
  if (root === 'steps') {
    if (first === undefined) return steps(text, path);
    return more.length === 0 ? (partsOf.steps ?? []).map(plainLabel) : [];
  }
  return first === undefined ? (partsOf[root] ?? []).map(plainLabel) : [];
}

/** Of the workflow in which something stands. */
const steps = (text: string, path: readonly string[]): readonly Suggestion[] =>
  [...keysBelow(text, [...path.slice(0, 2), 'steps']).keys()].map((label) => ({ label, detail: 'step' }));

const plainLabel = (label: string): Suggestion => ({ label });
