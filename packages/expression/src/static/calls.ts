import type { Expression } from '../ast.ts';
import type { Span } from '../span.ts';
import type { Template, TemplatePart } from '../template/template.ts';

/** A call of a function. For a filter the piped value is the first argument. `span` is the whole call. */
export type FunctionCall = Readonly<{ name: string; args: readonly Expression[]; span: Span }>;

/** Every call of a function or filter, known or not, inner ones before the calls that they stand in. */
export function callsOf(node: Expression | Template): readonly FunctionCall[] {
  const calls: FunctionCall[] = [];
  if ('parts' in node) visitParts(node.parts, calls);
  else visit(node, calls);
  return calls;
}

function visitParts(parts: readonly TemplatePart[], calls: FunctionCall[]): void {
  for (const part of parts) {
    switch (part.kind) {
      case 'text':
        break;
      case 'value':
        visit(part.expression, calls);
        break;
      case 'if':
        for (const branch of part.branches) {
          visit(branch.condition, calls);
          visitParts(branch.parts, calls);
        }
        visitParts(part.otherwise, calls);
        break;
      case 'for':
        visit(part.list, calls);
        visitParts(part.parts, calls);
        visitParts(part.otherwise, calls);
        break;
    }
  }
}

function visit(node: Expression, calls: FunctionCall[]): void {
  for (const child of childrenOf(node)) visit(child, calls);
  if (node.kind === 'call') calls.push({ name: node.name, args: node.args, span: node.span });
}

function childrenOf(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'member':
      return [node.object];
    case 'index':
      return [node.object, node.index];
    case 'slice':
      return [node.object, node.from, node.to].filter((child) => child !== undefined);
    case 'list':
      return node.items;
    case 'object':
      return node.entries.map((entry) => entry.value);
    case 'unary':
    case 'defined':
      return [node.operand];
    case 'logical':
    case 'binary':
      return [node.left, node.right];
    case 'conditional':
      return [node.value, node.condition, node.otherwise];
    case 'call':
      return node.args;
  }
}
