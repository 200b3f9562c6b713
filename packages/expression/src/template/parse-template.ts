import { parseLimits } from '../budget.ts';
import { ExpressionError } from '../expression-error.ts';
import { refuseLongSource } from '../parser/parse-expression.ts';
import type { Span } from '../span.ts';
import { type Segment, scanTemplate } from './scan-template.ts';
import type { Template, TemplateBranch, TemplatePart } from './template.ts';

/**
 * Parses a text with `{{ values }}`, `{% if %}…{% elif %}…{% else %}…{% endif %}`, `{% for x in list %}…{% endfor %}`,
 * `{% raw %}…{% endraw %}` and `{# comments #}`. A `-` at the inner side of a mark removes the white space outside it.
 * Throws an `ExpressionError` whose span lies in `source`.
 */
export function parseTemplate(source: string): Template {
  refuseLongSource(source);
  if (!source.includes('{')) {
    const text = { kind: 'text', text: source, span: { start: 0, end: source.length } } as const;
    return { source, parts: source === '' ? [] : [text] };
  }
  const blocks = { segments: scanTemplate(source), next: 0, depth: 0 };
  const parts = parseParts(blocks);
  const rest = blocks.segments[blocks.next];
  if (rest !== undefined) {
    fail(`\`${tagName(rest)}\` closes nothing here.`, rest.span, 'Remove it, or add the tag that opens the block.');
  }
  return { source, parts };
}

type Blocks = { readonly segments: readonly Segment[]; next: number; depth: number };

/** Reads parts up to a tag that this level cannot use: the end of its block, or the end of the text. */
function parseParts(blocks: Blocks): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  for (;;) {
    const segment = blocks.segments[blocks.next];
    if (segment === undefined) return parts;
    switch (segment.kind) {
      case 'text':
      case 'value':
        blocks.next++;
        parts.push(segment);
        break;
      case 'if':
        parts.push(inBlock(blocks, segment.span, () => parseIf(blocks, segment)));
        break;
      case 'for':
        parts.push(inBlock(blocks, segment.span, () => parseFor(blocks, segment)));
        break;
      default:
        return parts;
    }
  }
}

function inBlock(blocks: Blocks, span: Span, parse: () => TemplatePart): TemplatePart {
  if (++blocks.depth > parseLimits.blocks) {
    throw new ExpressionError(
      'budget_exceeded',
      `Blocks are nested more than ${parseLimits.blocks} levels deep.`,
      span,
      'Compute a part of the text in a step of its own.',
    );
  }
  const part = parse();
  blocks.depth--;
  return part;
}

function parseIf(blocks: Blocks, opening: Segment & { kind: 'if' | 'elif' }): TemplatePart {
  const branches: TemplateBranch[] = [];
  let condition = opening.condition;
  for (;;) {
    blocks.next++;
    branches.push({ condition, parts: parseParts(blocks) });
    const segment = blocks.segments[blocks.next];
    if (segment?.kind !== 'elif') break;
    condition = segment.condition;
  }
  const otherwise = parseElse(blocks);
  const end = close(blocks, 'endif', opening.span);
  return { kind: 'if', branches, otherwise, span: { start: opening.span.start, end } };
}

function parseFor(blocks: Blocks, opening: Segment & { kind: 'for' }): TemplatePart {
  blocks.next++;
  const parts = parseParts(blocks);
  const otherwise = parseElse(blocks);
  const end = close(blocks, 'endfor', opening.span);
  const { names, list } = opening;
  return { kind: 'for', names, list, parts, otherwise, span: { start: opening.span.start, end } };
}

function parseElse(blocks: Blocks): readonly TemplatePart[] {
  if (blocks.segments[blocks.next]?.kind !== 'else') return [];
  blocks.next++;
  return parseParts(blocks);
}

function close(blocks: Blocks, kind: 'endif' | 'endfor', opening: Span): number {
  const segment = blocks.segments[blocks.next];
  if (segment?.kind === kind) {
    blocks.next++;
    return segment.span.end;
  }
  const name = kind === 'endif' ? 'if' : 'for';
  if (segment === undefined) fail(`This \`{% ${name} %}\` is not closed.`, opening, `Add \`{% ${kind} %}\`.`);
  fail(`Expected \`{% ${kind} %}\`, found \`{% ${tagName(segment)} %}\`.`, segment.span);
}

function tagName(segment: Segment): string {
  return segment.kind === 'value' ? 'value' : segment.kind;
}

function fail(message: string, span: Span, hint?: string): never {
  throw new ExpressionError('syntax', message, span, hint);
}
