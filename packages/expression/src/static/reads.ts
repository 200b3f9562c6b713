import type { Expression } from '../ast.ts';
import { builtins } from '../functions/table.ts';
import type { Span } from '../span.ts';
import type { Template, TemplatePart } from '../template/template.ts';

/**
 * A name that is read, with the longest path after it that is known without evaluating: `steps.build.output["tag"]` gives
 * `['steps', 'build', 'output', 'tag']`, `items[input.n].x` gives `['items']` (and `['input', 'n']`). `guarded` means that
 * absence is allowed there: under `?.`, `default()`, `coalesce()` or `is defined`, or behind a condition that asks whether
 * the path is defined.
 */
export type NameRead = Readonly<{ path: readonly (string | number)[]; span: Span; guarded: boolean }>;

/** What is known at a place of the text: names that the text itself brings in, and paths known to be defined. */
type Known = Readonly<{ locals: ReadonlySet<string>; defined: readonly (readonly (string | number)[])[] }>;

/** Every read of a name of the scope, in the order of the text. Locals (`it`, names of `{% for %}`) are not reported. */
export function readsOf(node: Expression | Template): readonly NameRead[] {
  const reads: NameRead[] = [];
  const known: Known = { locals: new Set(), defined: [] };
  if ('parts' in node) visitParts(node.parts, known, reads);
  else visit(node, known, false, reads);
  return reads;
}

function visitParts(parts: readonly TemplatePart[], known: Known, reads: NameRead[]): void {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        break;
      case 'value':
        visit(part.expression, known, false, reads);
        break;
      case 'if':
        visitBranches(part, known, reads);
        break;
      case 'for':
        visit(part.list, known, false, reads);
        visitParts(part.parts, withLocals(known, [...part.names, 'loop']), reads);
        visitParts(part.otherwise, known, reads);
        break;
    }
  }
}

function visitBranches(part: TemplatePart & { kind: 'if' }, known: Known, reads: NameRead[]): void {
  let current = known;
  for (const branch of part.branches) {
    visit(branch.condition, current, false, reads);
    visitParts(branch.parts, withDefined(current, branch.condition, true), reads);
    current = withDefined(current, branch.condition, false);
  }
  visitParts(part.otherwise, current, reads);
}

function withLocals(known: Known, names: readonly string[]): Known {
  return { ...known, locals: new Set([...known.locals, ...names]) };
}

/** Adds the paths that are defined when `condition` came out as `outcome`. */
function withDefined(known: Known, condition: Expression, outcome: boolean): Known {
  const paths = definedBy(condition, outcome);
  return paths.length === 0 ? known : { ...known, defined: [...known.defined, ...paths] };
}

function definedBy(condition: Expression, outcome: boolean): readonly (readonly (string | number)[])[] {
  switch (condition.kind) {
    case 'defined': {
      const read = condition.negated === outcome ? undefined : pathOf(condition.operand);
      return read?.whole === true ? [read.path] : [];
    }
    case 'unary':
      return condition.operator === 'not' ? definedBy(condition.operand, !outcome) : [];
    case 'logical':
      if ((condition.operator === 'and') !== outcome) return [];
      return [...definedBy(condition.left, outcome), ...definedBy(condition.right, outcome)];
    default:
      return [];
  }
}

type StaticPath = Readonly<{
  path: readonly (string | number)[];
  span: Span;
  /** Some link of the chain is `?.`. */
  optional: boolean;
  /** The whole chain is static, so that the path stands for its value. */
  whole: boolean;
}>;

/** The static path of a chain that starts with a name; undefined for any other expression. */
function pathOf(node: Expression): StaticPath | undefined {
  if (node.kind === 'name') return { path: [node.name], span: node.span, optional: false, whole: true };
  if (node.kind !== 'member' && node.kind !== 'index') return undefined;
  const base = pathOf(node.object);
  if (base === undefined) return undefined;
  const optional = base.optional || node.optional;
  const key = node.kind === 'member' ? node.name : literalKey(node.index);
  if (!base.whole || key === undefined) return { ...base, optional, whole: false };
  return { path: [...base.path, key], span: node.span, optional, whole: true };
}

function literalKey(index: Expression): string | number | undefined {
  if (index.kind === 'literal' && (typeof index.value === 'string' || typeof index.value === 'number'))
    return index.value;
  const negative = index.kind === 'unary' && index.operator === '-' ? index.operand : undefined;
  return negative?.kind === 'literal' && typeof negative.value === 'number' ? -negative.value : undefined;
}

function visit(node: Expression, known: Known, guarded: boolean, reads: NameRead[]): void {
  switch (node.kind) {
    case 'literal':
      return;
    case 'name':
    case 'member':
    case 'index':
      visitPath(node, known, guarded, reads);
      return;
    case 'slice':
      for (const child of [node.object, node.from, node.to]) if (child !== undefined) visit(child, known, false, reads);
      return;
    case 'list':
      for (const item of node.items) visit(item, known, false, reads);
      return;
    case 'object':
      for (const { value } of node.entries) visit(value, known, false, reads);
      return;
    case 'unary':
      visit(node.operand, known, false, reads);
      return;
    case 'logical':
      visit(node.left, known, false, reads);
      visit(node.right, withDefined(known, node.left, node.operator === 'and'), false, reads);
      return;
    case 'binary':
      visit(node.left, known, false, reads);
      visit(node.right, known, false, reads);
      return;
    case 'conditional':
      visit(node.value, withDefined(known, node.condition, true), guarded, reads);
      visit(node.condition, known, false, reads);
      visit(node.otherwise, withDefined(known, node.condition, false), guarded, reads);
      return;
    case 'defined':
      visit(node.operand, known, true, reads);
      return;
    case 'call':
      visitCall(node, known, reads);
      return;
  }
}

function visitPath(
  node: Expression & { kind: 'name' | 'member' | 'index' },
  known: Known,
  guarded: boolean,
  reads: NameRead[],
): void {
  const read = pathOf(node);
  if (read !== undefined && !known.locals.has(String(read.path[0]))) {
    const safe = guarded || read.optional || known.defined.some((defined) => isWithin(read.path, defined));
    reads.push({ path: read.path, span: read.span, guarded: safe });
  }
  // The keys that are computed, and the object of a chain that does not start with a name.
  let optional = guarded;
  for (let link: Expression = node; ; link = link.object) {
    if (link.kind !== 'member' && link.kind !== 'index') {
      if (link.kind !== 'name') visit(link, known, optional, reads);
      return;
    }
    optional ||= link.optional;
    if (link.kind === 'index') visit(link.index, known, false, reads);
  }
}

/** True when a condition that knows `defined` to be there vouches for reading `path`. */
function isWithin(path: readonly (string | number)[], defined: readonly (string | number)[]): boolean {
  return path.length <= defined.length && path.every((key, index) => key === defined[index]);
}

function visitCall(node: Expression & { kind: 'call' }, known: Known, reads: NameRead[]): void {
  const kind = builtins.get(node.name)?.kind;
  for (const [index, argument] of node.args.entries()) {
    const inner = kind === 'perItem' && index === 1 ? withLocals(known, ['it']) : known;
    const guarded = kind === 'guard' && (node.name !== 'default' || index === 0);
    visit(argument, inner, guarded, reads);
  }
}
