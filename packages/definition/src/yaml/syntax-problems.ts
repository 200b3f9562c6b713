import { type Document, Scalar, visit, type YAMLError } from 'yaml';
import type { DiagnosticCode } from '../diagnostics/codes.ts';
import type { Report } from '../diagnostics/diagnostic.ts';
import { type Origin, placeAt } from './origin.ts';

type Wording = Readonly<{ code: DiagnosticCode; message: string; hint: string | null }>;

/**
 * Reports what the YAML library found, in our words. Duplicate keys are all reported and the rest of the file is still
 * checked. Any other syntax error ends the file: what follows it would be guesswork, so only the first is reported.
 * Returns true when the file cannot be used.
 */
export function reportSyntax(document: Document, origin: Origin, report: Report): boolean {
  const problems = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  for (const problem of problems.filter((one) => one.code === 'DUPLICATE_KEY')) {
    const key = keyAt(origin.text, problem.pos[0]);
    report({
      code: 'duplicate_key',
      message: `The key \`${key}\` stands twice in the same map; YAML would keep only one of them.`,
      hint: 'Rename or remove one.',
      at: placeAt(origin, problem.pos[0]),
    });
  }
  const fatal = problems.find((one) => one.code !== 'DUPLICATE_KEY');
  if (fatal === undefined) return false;
  const wording = wordingOf(fatal, origin.text);
  const offset = isOpenQuote(fatal) ? openingQuote(document, fatal.pos[0]) : fatal.pos[0];
  report({ ...wording, at: placeAt(origin, offset) });
  return true;
}

function isOpenQuote(problem: YAMLError): boolean {
  return problem.code === 'MISSING_CHAR' && problem.message.includes('quote');
}

/** The library points to where the file or the indentation ends; what helps is where the quote was opened. */
function openingQuote(document: Document, end: number): number {
  let start = end;
  visit(document, {
    Scalar(_, node) {
      const quoted = node.type === Scalar.QUOTE_DOUBLE || node.type === Scalar.QUOTE_SINGLE;
      if (quoted && node.range != null && node.range[0] < end) start = node.range[0];
    },
  });
  return start;
}

function keyAt(text: string, offset: number): string {
  return (/^[^:\n]{1,60}/.exec(text.slice(offset, offset + 80))?.[0] ?? '').trim();
}

function wordingOf(problem: YAMLError, text: string): Wording {
  const found = text.slice(problem.pos[0], problem.pos[0] + 1);
  switch (problem.code) {
    case 'TAB_AS_INDENT':
      return {
        code: 'yaml_tab',
        message: 'A tab stands where the line is indented.',
        hint: 'YAML is indented with spaces. Replace the tab by spaces.',
      };
    case 'BAD_INDENT':
      if (problem.message.includes('must be sufficiently indented and end with')) {
        const bracket = problem.message.slice(-1);
        return {
          code: 'yaml_unclosed',
          message: `A list or map in brackets is not closed: \`${bracket}\` was expected here.`,
          hint: `Add the missing \`${bracket}\`.`,
        };
      }
      return {
        code: 'yaml_indentation',
        message: 'This line is not indented as the lines around it are.',
        hint: 'Entries of the same map or list start in the same column.',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        code: 'yaml_syntax',
        message: 'A key stands where a value was expected.',
        hint: 'Put a text that contains `: ` in quotes; check that the lines of one map start in the same column.',
      };
    case 'MISSING_CHAR':
      if (isOpenQuote(problem)) {
        return {
          code: 'yaml_unclosed',
          message: 'The quote that opens here is not closed.',
          hint: 'Add the closing quote. Further lines of a quoted text must be indented.',
        };
      }
      return {
        code: 'yaml_syntax',
        message: 'This is not complete YAML: a colon, comma or bracket is missing before here.',
        hint: 'Write `key: value`, with a space after the colon.',
      };
    case 'BAD_SCALAR_START':
      return {
        code: 'yaml_syntax',
        message: `A text without quotes cannot start with \`${found}\`.`,
        hint: 'Put the whole text in quotes.',
      };
    case 'BAD_DQ_ESCAPE':
      return {
        code: 'yaml_escape',
        message: `\`${text.slice(problem.pos[0], problem.pos[1] + 1)}\` is not an escape that YAML knows.`,
        hint: 'In double quotes write `\\\\` for a backslash, or use single quotes, where it stands for itself.',
      };
    case 'TAG_RESOLVE_FAILED':
      return {
        code: 'yaml_tag',
        message: `YAML tags such as \`${text.slice(problem.pos[0], problem.pos[1])}\` have no meaning here.`,
        hint: 'Remove the tag.',
      };
    case 'BAD_ALIAS':
    case 'ALIAS_PROPS':
    case 'MULTIPLE_ANCHORS':
      return { code: 'yaml_alias', message: 'This anchor or alias is not valid.', hint: 'Write `&name` and `*name`.' };
    case 'RESOURCE_EXHAUSTION':
      return {
        code: 'too_deep',
        message: 'Lists and maps are nested too deeply here to be read.',
        hint: 'The limit is 64 levels.',
      };
    default:
      return {
        code: 'yaml_syntax',
        message: `The YAML is not valid from here on${found.trim() === '' ? '' : ` (at \`${found}\`)`}.`,
        hint: 'Check quotes, brackets and indentation at this place and just before it.',
      };
  }
}
