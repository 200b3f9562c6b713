import type { RE2JS } from 're2js';
import type { CallNode } from '../ast.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import type { Json } from '../json.ts';
import { absent, badArgument, integerAt, textAt } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';
import { compilePattern, mayLookBeyondMatch, spendOnMatching, testPattern } from './pattern.ts';

function patternAt(args: readonly Json[], call: CallNode, evaluation: Evaluation): RE2JS {
  return compilePattern(textAt(args, 1, call), evaluation, call.args[1] ?? call);
}

/** A group by its number (0 is the whole match) or its name. */
function groupAt(args: readonly Json[], index: number, regex: RE2JS, call: CallNode): number {
  const wanted = args[index];
  if (typeof wanted === 'string') {
    const names = regex.namedGroups();
    const group = Object.hasOwn(names, wanted) ? names[wanted] : undefined;
    return group ?? badArgument(`The pattern has no group named \`${wanted.slice(0, 40)}\`.`, index, call);
  }
  return checkGroup(integerAt(args, index, call), regex, index, call);
}

function checkGroup(group: number, regex: RE2JS, index: number, call: CallNode): number {
  if (group >= 0 && group <= regex.groupCount()) return group;
  return badArgument(`The pattern has ${regex.groupCount()} groups, so there is no group ${group}.`, index, call);
}

const reference = /\$(?:\$|([0-9])|\{([^}]*)\})/g;

/** A replacement as literal texts and numbers of groups: `$1`, `${1}`, `${name}`, and `$$` for a dollar sign. */
function parseReplacement(text: string, regex: RE2JS, call: CallNode): readonly (string | number)[] {
  const parts: (string | number)[] = [];
  let copied = 0;
  for (const match of text.matchAll(reference)) {
    parts.push(text.slice(copied, match.index));
    copied = match.index + match[0].length;
    const name = match[1] ?? match[2];
    if (name === undefined) parts.push('$');
    else if (/^[0-9]{1,3}$/.test(name)) parts.push(checkGroup(Number(name), regex, 2, call));
    else parts.push(groupAt([null, null, name], 2, regex, call));
  }
  parts.push(text.slice(copied));
  return parts;
}

function replaceMatches(
  text: string,
  regex: RE2JS,
  replacement: string,
  call: CallNode,
  evaluation: Evaluation,
): string {
  const parts = parseReplacement(replacement, regex, call);
  const matcher = regex.matcher(text);
  let result = '';
  let copied = 0;
  const append = (piece: string) => {
    evaluation.allocate(piece.length, call);
    result += piece;
  };
  spendOnMatching(regex, text.length, evaluation, call);
  const looksFar = mayLookBeyondMatch(regex.pattern());
  while (matcher.find()) {
    // A search may read beyond its match: as far as the pattern is long, or to the end of the text.
    evaluation.spend(2 + ((regex.programSize() * regex.programSize()) >> 10), call);
    if (looksFar) spendOnMatching(regex, (text.length - matcher.end()) * 4, evaluation, call);
    append(text.slice(copied, matcher.start()));
    for (const part of parts) append(typeof part === 'string' ? part : (matcher.group(part) ?? ''));
    copied = matcher.end();
  }
  append(text.slice(copied));
  return result;
}

/** Regular expressions in RE2 syntax, matched in linear time. A pattern matches anywhere unless `^` and `$` bind it. */
export const regexFunctions: readonly Builtin[] = [
  plain('matches(text, pattern)', (args, call, evaluation) =>
    testPattern(textAt(args, 1, call), textAt(args, 0, call), evaluation, call.args[1] ?? call),
  ),
  /** The first match, or its group by number or name; null when there is none. */
  plain('regex_find(text, pattern, group?)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    const regex = patternAt(args, call, evaluation);
    const group = absent(args, 2) ? 0 : groupAt(args, 2, regex, call);
    spendOnMatching(regex, text.length, evaluation, call);
    const matcher = regex.matcher(text);
    return matcher.find() ? matcher.group(group) : null;
  }),
  /** Every match replaced; `$1`, `${name}` and `$0` stand for groups and the match, `$$` for a dollar sign. */
  plain('regex_replace(text, pattern, replacement)', (args, call, evaluation) =>
    replaceMatches(textAt(args, 0, call), patternAt(args, call, evaluation), textAt(args, 2, call), call, evaluation),
  ),
];
