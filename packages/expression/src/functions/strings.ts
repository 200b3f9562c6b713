import { contains } from '../evaluate/operators.ts';
import { isList, renderText } from '../json.ts';
import { characterCount, characters, sliceText } from '../text.ts';
import { absent, badArgument, integerAt, listAt, textAt } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';

function trimCharacters(text: string, set: string): string {
  const removed = new Set(set);
  const all = Array.from(text);
  let start = 0;
  let end = all.length;
  while (start < end && removed.has(all[start] ?? '')) start++;
  while (end > start && removed.has(all[end - 1] ?? '')) end--;
  return all.slice(start, end).join('');
}

/** `width` characters of `fill` repeated. */
function repeatTo(fill: string, width: number): string {
  return sliceText(fill.repeat(Math.ceil(width / characterCount(fill))), 0, width);
}

export const stringFunctions: readonly Builtin[] = [
  plain('lower(text)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length, call);
    return text.toLowerCase();
  }),
  plain('upper(text)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length, call);
    return text.toUpperCase();
  }),
  /** Without white space at both ends, or without the given characters. */
  plain('trim(text, characters?)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length, call);
    return absent(args, 1) ? text.trim() : trimCharacters(text, textAt(args, 1, call));
  }),
  /** The parts between separators; without a separator, the words; by "", the characters. */
  plain('split(text, separator?)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length, call);
    if (absent(args, 1)) return text.split(/\s+/u).filter((word) => word !== '');
    const separator = textAt(args, 1, call);
    if (separator === '') return Array.from(text);
    const parts = text.split(separator);
    evaluation.allocate(parts.length, call);
    return parts;
  }),
  /** The items as text, with the separator (nothing) between them. */
  plain('join(list, separator?)', (args, call, evaluation) => {
    const list = listAt(args, 0, call);
    const separator = absent(args, 1) ? '' : textAt(args, 1, call);
    let text = '';
    for (const [index, item] of list.entries()) {
      if (index > 0) {
        evaluation.allocate(separator.length, call);
        text += separator;
      }
      evaluation.measure(item, call);
      text += renderText(item);
    }
    return text;
  }),
  /** Every occurrence of one text replaced by another; regex_replace() works with patterns. */
  plain('replace(text, old, new)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    const old = textAt(args, 1, call);
    const replacement = textAt(args, 2, call);
    if (old === '') badArgument('replace() cannot look for an empty text.', 1, call);
    const parts = text.split(old);
    evaluation.allocate(text.length + parts.length + (parts.length - 1) * replacement.length, call);
    return parts.join(replacement);
  }),
  plain('starts_with(text, start)', (args, call) => textAt(args, 0, call).startsWith(textAt(args, 1, call))),
  plain('ends_with(text, end)', (args, call) => textAt(args, 0, call).endsWith(textAt(args, 1, call))),
  /** The characters from `start` up to, not including, `end`; negative positions count from the end. */
  plain('substring(text, start, end?)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length, call);
    return sliceText(text, integerAt(args, 1, call), absent(args, 2) ? undefined : integerAt(args, 2, call));
  }),
  /** Made at least `width` characters wide by `fill` (a blank) on the "left", the "right" or "both" sides. */
  plain('pad(text, width, fill?, side?)', (args, call, evaluation) => {
    const text = textAt(args, 0, call);
    const width = integerAt(args, 1, call);
    const fill = absent(args, 2) ? ' ' : textAt(args, 2, call);
    const side = absent(args, 3) ? 'left' : textAt(args, 3, call);
    if (fill === '') badArgument('pad() cannot fill with an empty text.', 2, call);
    if (side !== 'left' && side !== 'right' && side !== 'both') {
      badArgument('The side of pad() is "left", "right" or "both".', 3, call);
    }
    const missing = width - characters(text).length;
    if (missing <= 0) return text;
    evaluation.allocate(text.length + missing * 2 + fill.length, call);
    const left = side === 'left' ? missing : side === 'right' ? 0 : Math.floor(missing / 2);
    return repeatTo(fill, left) + text + repeatTo(fill, missing - left);
  }),
  /** `needle in haystack`: an item of a list, a part of a string, a key of an object. */
  plain('contains(haystack, needle)', ([haystack = null, needle = null], call, evaluation) =>
    contains(haystack, needle, call, evaluation),
  ),
  /** A list or a string the other way round. */
  plain('reverse(value)', (args, call, evaluation) => {
    const [value = null] = args;
    if (isList(value)) {
      evaluation.allocate(value.length, call);
      return value.toReversed();
    }
    const text = textAt(args, 0, call);
    evaluation.allocate(text.length, call);
    return Array.from(text).reverse().join('');
  }),
];
