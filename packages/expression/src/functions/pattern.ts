import { RE2JS } from 're2js';
import { patternLimits } from '../budget.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { ExpressionError } from '../expression-error.ts';
import type { Span } from '../span.ts';

type Placed = Readonly<{ span: Span }>;

/** Compiled patterns, the most recently used last. Each may hold some megabytes of matching tables, so they are few. */
const compiled = new Map<string, RE2JS>();
const compiledLimit = 32;

/**
 * Compiles a regular expression in RE2 syntax: no back references and no look-around, in exchange for matching in time
 * linear in the text. Fails at `at` when the pattern is wrong or larger than the limits.
 */
export function compilePattern(pattern: string, evaluation: Evaluation, at: Placed): RE2JS {
  const known = compiled.get(pattern);
  if (known !== undefined) {
    compiled.delete(pattern);
    compiled.set(pattern, known);
    return known;
  }
  evaluation.spend(pattern.length, at);
  const regex = compileNew(pattern, at);
  evaluation.spend(regex.programSize(), at);
  if (compiled.size >= compiledLimit) {
    for (const oldest of compiled.keys()) {
      compiled.delete(oldest);
      break;
    }
  }
  compiled.set(pattern, regex);
  return regex;
}

function compileNew(pattern: string, at: Placed): RE2JS {
  if (pattern.length > patternLimits.length) {
    const message = `The regular expression has ${pattern.length} characters; at most ${patternLimits.length} are allowed.`;
    throw new ExpressionError('budget_exceeded', message, at.span, 'Use a shorter one.');
  }
  let regex: RE2JS;
  try {
    regex = RE2JS.compile(pattern);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ExpressionError(
      'bad_argument',
      `This is not a regular expression: ${reason.slice(0, 200)}.`,
      at.span,
      'The syntax is that of RE2: no back references, no look-ahead, no look-behind.',
      { cause },
    );
  }
  if (regex.programSize() > patternLimits.programSize) {
    const message = `The regular expression expands to ${regex.programSize()} instructions; at most ${patternLimits.programSize} are allowed.`;
    throw new ExpressionError('budget_exceeded', message, at.span, 'Use smaller repetitions than {1000}.');
  }
  return regex;
}

/** Takes off the budget what matching `length` characters may cost. */
export function spendOnMatching(regex: RE2JS, length: number, evaluation: Evaluation, at: Placed): void {
  evaluation.spend(1 + Math.floor((length * (1 + regex.programSize() / 16)) / 64), at);
}

/** Whether the pattern matches any part of the text. */
export function testPattern(pattern: string, text: string, evaluation: Evaluation, at: Placed): boolean {
  const regex = compilePattern(pattern, evaluation, at);
  spendOnMatching(regex, text.length, evaluation, at);
  return regex.test(text);
}

/**
 * False when a search surely stops where its match ends: then finding every match of a text is linear in the text. It may
 * run on, to the end of the text each time, when something must follow an unbounded repetition, as in `a.*b|a`. Decided on
 * the written pattern; when in doubt, true.
 */
export function mayLookBeyondMatch(pattern: string): boolean {
  const simplified = pattern.replace(/\\[\s\S]/g, 'x').replace(/\[\^?\]?[^\]]*\]/g, 'x');
  let depth = 0;
  const alternatives: string[] = [''];
  for (const character of simplified) {
    if (character === '(') depth++;
    if (character === ')') depth--;
    if (character === '|' && depth === 0) alternatives.push('');
    else alternatives[alternatives.length - 1] += character;
  }
  return alternatives.some((alternative) => {
    const unbounded = alternative.search(/[*+]|\{[0-9]*,\}/);
    return unbounded !== -1 && !/^(?:[*+?)]|\{[0-9,]*\})*$/.test(alternative.slice(unbounded));
  });
}
