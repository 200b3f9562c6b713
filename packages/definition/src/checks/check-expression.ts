import {
  callsOf,
  type Expression,
  ExpressionError,
  functionNames,
  isPlainText,
  parseCondition,
  parseTemplate,
  readsOf,
  statusFunctionNames,
  type Template,
} from '@millrace/expression';
import type { Report } from '../diagnostics/diagnostic.ts';
import { didYouMean } from '../diagnostics/did-you-mean.ts';
import { placeInText } from '../yaml/source-node.ts';
import { checkRead } from './check-read.ts';
import type { ExpressionSite } from './expression-sites.ts';
import type { Loaded } from './loaded.ts';

const builtIn: ReadonlySet<string> = new Set(functionNames);
const ofStatus: ReadonlySet<string> = new Set(statusFunctionNames);

/** Checks one expression or template. Returns whether there is anything to evaluate in it. */
export function checkExpression(site: ExpressionSite, loaded: Loaded, report: Report): boolean {
  const text = String(site.node.value);
  if (site.form === 'template' && !text.includes('{')) return false;
  const parsed = parse(site, text, report);
  if (parsed === null) return true;
  if ('parts' in parsed && isPlainText(parsed)) return false;
  for (const read of readsOf(parsed)) checkRead(read, site, loaded, report);
  for (const call of callsOf(parsed)) checkCall(call, site, loaded, report);
  return true;
}

function parse(site: ExpressionSite, text: string, report: Report): Expression | Template | null {
  try {
    return site.form === 'condition' ? parseCondition(text) : parseTemplate(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    report({
      code: error.code === 'unknown_function' ? 'unknown_function' : 'expression_syntax',
      message: `${site.scope.where}: ${error.message}`,
      hint: error.hint ?? null,
      at: placeInText(site.node, error.span.start),
    });
    return null;
  }
}

function checkCall(
  call: ReturnType<typeof callsOf>[number],
  site: ExpressionSite,
  loaded: Loaded,
  report: Report,
): void {
  const { scope, node } = site;
  const { name, args, span } = call;
  const at = placeInText(node, startOfName(String(node.value), name, span));
  if (name === 'raw') {
    report(
      scope.shell
        ? {
            code: 'raw_in_shell',
            message: `${scope.where}: with \`| raw\` the value becomes part of the program that the shell runs.`,
            hint: 'Remove `| raw` unless the value is code that you trust; without it a value is always only text.',
            at,
          }
        : {
            code: 'unknown_function',
            message: `${scope.where}: \`raw\` exists only in \`cmd\` of shell actions.`,
            hint: 'Remove it: nothing is quoted here.',
            at,
          },
    );
  } else if (ofStatus.has(name)) {
    if (!scope.status) {
      report({
        code: 'status_function_outside_when',
        message: `${scope.where}: \`${name}()\` can only be asked in \`when\`, or in \`next\`.`,
        hint: 'Elsewhere read `steps.<name>.status` or `steps.<name>.output`.',
        at,
      });
    }
    const [first] = args;
    if (first?.kind === 'literal' && typeof first.value === 'string') {
      const read = { path: ['steps', first.value], span: first.span, guarded: false };
      checkRead(read, site, loaded, report);
    }
  } else if (!builtIn.has(name)) {
    const known = [...functionNames, ...(scope.status ? statusFunctionNames : [])];
    const hint = didYouMean(name, known);
    report({ code: 'unknown_function', message: `${scope.where}: there is no function \`${name}\`.`, hint, at });
  }
}

/** A filter's span begins at the value before the bar; the name itself is what a reader looks for. */
function startOfName(text: string, name: string, span: Readonly<{ start: number; end: number }>): number {
  const within = text.slice(span.start, span.end);
  const match = new RegExp(`(?:^|\\|\\s*)${name}(?![\\w])(?!.*\\|\\s*${name}(?![\\w]))`, 's').exec(within);
  return match === null ? span.start : span.start + match.index + match[0].length - name.length;
}
