import type { Expression } from '../ast.ts';
import type { Span } from '../span.ts';

/** A text with `{{ values }}` and `{% blocks %}`; spans are offsets into `source`. */
export type Template = Readonly<{ source: string; parts: readonly TemplatePart[] }>;

export type TemplatePart =
  /** `text` is what is printed: white space that a `-` removes is gone, so it may be shorter than its span. */
  | Readonly<{ kind: 'text'; text: string; span: Span }>
  | Readonly<{ kind: 'value'; expression: Expression; span: Span }>
  /** `otherwise` is empty when there is no `{% else %}`. */
  | Readonly<{ kind: 'if'; branches: readonly TemplateBranch[]; otherwise: readonly TemplatePart[]; span: Span }>
  /** One name for the items of a list; two for the keys and values of an object or for a list of pairs. */
  | Readonly<{
      kind: 'for';
      names: readonly string[];
      list: Expression;
      parts: readonly TemplatePart[];
      /** What stands after `{% else %}`: printed when the list is empty. */
      otherwise: readonly TemplatePart[];
      span: Span;
    }>;

export type TemplateBranch = Readonly<{ condition: Expression; parts: readonly TemplatePart[] }>;

/** True when there is nothing to evaluate: the template always gives the same text. */
export function isPlainText(template: Template): boolean {
  return template.parts.every((part) => part.kind === 'text');
}

/** The expression of a text that is exactly one `{{ … }}`, whose value keeps its type; undefined for any other text. */
export function singleExpression(template: Template): Expression | undefined {
  const [only] = template.parts;
  return template.parts.length === 1 && only?.kind === 'value' ? only.expression : undefined;
}
