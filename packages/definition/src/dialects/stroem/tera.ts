import type { Report } from '../../diagnostics/diagnostic.ts';
import { editText, type TextEdit } from '../../yaml/edit-node.ts';
import { placeInText, type ScalarNode } from '../../yaml/source-node.ts';

/** Steps by the names that a Tera template may use: as written, and with `_` for `-`. */
export type StepNames = ReadonlyMap<string, string>;

export function stepNames(names: Iterable<string>): StepNames {
  const known = new Map<string, string>();
  for (const name of names) {
    known.set(name, name);
    const folded = name.replaceAll('-', '_');
    if (!known.has(folded)) known.set(folded, name);
  }
  return known;
}

const hookNames: Readonly<Record<string, string>> = {
  'hook.workspace': 'run.workspace',
  'hook.task_name': 'run.workflow',
  'hook.job_id': 'run.id',
  'hook.status': 'run.status',
  'hook.error_message': 'run.error.message',
  'hook.started_at': 'run.started_at',
};
const filterNames: Readonly<Record<string, string>> = { json_encode: 'json', as_str: 'string' };
const unsupported: Readonly<Record<string, string>> = {
  state: 'State kept between runs is not there yet.',
  global_state: 'State kept between runs is not there yet.',
  get_env: 'Templates cannot read the environment of the server. Use `env` of the action, or a secret.',
  vals: 'References of `vals` are not resolved. Use a secret.',
};

/**
 * Rewrites the names of a Tera template into those of our expressions: bare step names become `steps.<name>`, `secret`
 * becomes `secrets`, `each.item` becomes `item`, named arguments lose their names. Only tags are touched; what has no
 * counterpart is reported, and what is merely different syntax is left to the parser, which knows the place.
 */
export function rewriteTera(node: ScalarNode, steps: StepNames, report: Report): ScalarNode {
  const text = String(node.value);
  if (!text.includes('{{') && !text.includes('{%')) return node;
  const edits: TextEdit[] = [];
  for (const tag of text.matchAll(/\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g)) {
    rewriteExpression(text, tag.index + 2, tag.index + tag[0].length - 2, steps, edits, (at, message) =>
      report({ code: 'dialect_unsupported', message, hint: null, at: placeInText(node, at) }),
    );
  }
  return editText(node, edits);
}

/** Rewrites a condition, which may stand without `{{ }}`. */
export function rewriteCondition(node: ScalarNode, steps: StepNames, report: Report): ScalarNode {
  const text = String(node.value);
  if (text.includes('{{') || text.includes('{%')) return rewriteTera(node, steps, report);
  const edits: TextEdit[] = [];
  rewriteExpression(text, 0, text.length, steps, edits, (at, message) =>
    report({ code: 'dialect_unsupported', message, hint: null, at: placeInText(node, at) }),
  );
  return editText(node, edits);
}

const token = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_]\w*(?:-\w+)*(?:\.[A-Za-z_]\w*)?|[^\s]/gy;

function rewriteExpression(
  text: string,
  from: number,
  to: number,
  steps: StepNames,
  edits: TextEdit[],
  refuse: (at: number, message: string) => void,
): void {
  let previous = '';
  for (let at = skipSpace(text, from); at < to; at = skipSpace(text, at)) {
    token.lastIndex = at;
    const found = token.exec(text)?.[0] ?? text.charAt(at);
    if (!/^[A-Za-z_]/.test(found)) {
      previous = found;
      at += found.length;
      continue;
    }
    const [word, end] = rootName(text, at, found, steps);
    const argument = previous === '(' || previous === ',' ? /^\s*=(?!=)\s*/.exec(text.slice(end, to)) : null;
    if (argument !== null) {
      edits.push({ start: at, end: end + argument[0].length, text: '' });
      at = end + argument[0].length;
      continue;
    }
    if (previous === '|') {
      if (Object.hasOwn(filterNames, word)) edits.push({ start: at, end, text: filterNames[word] ?? word });
      if (word === 'vals') refuse(at, `The filter \`vals\` of Strøm is not known. ${unsupported.vals}`);
    } else if (previous !== '.') rewriteRoot(text, word, at, end, steps, edits, refuse);
    previous = word;
    at = end;
  }
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (/\s/.test(text.charAt(next))) next++;
  return next;
}

/** A dash is part of a name only when there is a step of that name; otherwise it is a minus. */
function rootName(text: string, at: number, found: string, steps: StepNames): readonly [string, number] {
  const dashed = /^\w+(?:-\w+)*/.exec(found)?.[0] ?? found;
  const word = steps.has(dashed) ? dashed : (/^\w+/.exec(text.slice(at))?.[0] ?? found);
  return [word, at + word.length];
}

function rewriteRoot(
  text: string,
  word: string,
  start: number,
  end: number,
  steps: StepNames,
  edits: TextEdit[],
  refuse: (at: number, message: string) => void,
): void {
  const field = /^\.(\w+)/.exec(text.slice(end));
  if (word === 'secret') edits.push({ start, end, text: 'secrets' });
  else if (word === 'each' && field !== null && ['item', 'index', 'total'].includes(field[1] ?? '')) {
    edits.push({ start, end: end + 1, text: '' });
  } else if (word === 'hook' && field !== null) {
    const name = `hook.${field[1]}`;
    const ours = Object.hasOwn(hookNames, name) ? hookNames[name] : undefined;
    if (ours === undefined) refuse(start, `\`${name}\` of Strøm has no counterpart here.`);
    else edits.push({ start, end: end + field[0].length, text: ours });
  } else if (steps.has(word) && word !== 'input') edits.push({ start, end, text: `steps.${steps.get(word)}` });
  else if (Object.hasOwn(unsupported, word)) refuse(start, `\`${word}\` of Strøm is not known. ${unsupported[word]}`);
}
