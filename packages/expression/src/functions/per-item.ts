import type { CallNode } from '../ast.ts';
import { withArticle } from '../evaluate/access.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { compare } from '../evaluate/operators.ts';
import { isList, type Json, truthy } from '../json.ts';
import { absent, badArgument, listAt } from './arguments.ts';
import { type Builtin, perItem } from './builtin.ts';
import { sumOf } from './numbers.ts';
import { setField } from './objects.ts';

type Take = ((item: Json) => Json) | undefined;

/**
 * What filter(), any() and all() ask of an item: that what they take from it is true, or equals the value given as third
 * argument. Without a second argument the item itself counts.
 */
function testOf(args: readonly Json[], take: Take, call: CallNode, evaluation: Evaluation): (item: Json) => boolean {
  const takeOrItself = take ?? ((item: Json) => item);
  const [, wanted = null] = args;
  const counted = (item: Json) => {
    evaluation.spend(1, call);
    return takeOrItself(item);
  };
  if (absent(args, 1)) return (item) => truthy(counted(item));
  return (item) => evaluation.equal(counted(item), wanted, call);
}

function takeEach(args: readonly Json[], take: Take, call: CallNode, evaluation: Evaluation): readonly Json[] {
  const list = listAt(args, 0, call);
  if (take === undefined) return list;
  evaluation.allocate(list.length, call);
  return list.map((item) => {
    evaluation.spend(1, call);
    return take(item);
  });
}

/** Sorts without changing the order of equal items. */
function sortBy(args: readonly Json[], take: Take, call: CallNode, evaluation: Evaluation): Json {
  const list = listAt(args, 0, call);
  const keys = takeEach(args, take, call, evaluation);
  evaluation.allocate(list.length * 2, call);
  evaluation.spend(Math.ceil((list.length * Math.log2(list.length + 1)) / 4), call);
  const order = list.map((item, index) => ({ item, key: keys[index] ?? null }));
  order.sort((a, b) => compare(a.key, b.key, call, evaluation));
  return order.map(({ item }) => item);
}

function uniqueBy(args: readonly Json[], take: Take, call: CallNode, evaluation: Evaluation): Json {
  const list = listAt(args, 0, call);
  const keys = takeEach(args, take, call, evaluation);
  const seen = new Set<Json>();
  return list.filter((_, index) => {
    const key = keys[index] ?? null;
    evaluation.measure(key, call);
    const distinct = typeof key === 'number' ? key : canonicalText(key);
    if (seen.has(distinct)) return false;
    seen.add(distinct);
    return true;
  });
}

/** JSON with the keys of objects in order, so that equal values, and only they, have the same text. */
function canonicalText(value: Json): string {
  if (isList(value)) return `[${value.map(canonicalText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item)}`).join(',')}}`;
}

function groupBy(args: readonly Json[], take: Take, call: CallNode, evaluation: Evaluation): Json {
  const list = listAt(args, 0, call);
  const keys = takeEach(args, take, call, evaluation);
  const groups = new Map<string, Json[]>();
  for (const [index, item] of list.entries()) {
    const key = keys[index] ?? null;
    if (typeof key === 'object') {
      badArgument(
        `group_by() groups by strings, numbers and booleans, but found ${withArticle(key)}.`,
        1,
        call,
        'Take one field of it, or give another value with default().',
      );
    }
    evaluation.allocate(1, call);
    const name = String(key);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  const result: Record<string, Json> = {};
  for (const [name, items] of groups) setField(result, name, items, call);
  return result;
}

/**
 * Functions that look at each item of a list. `by` is evaluated for every item with `it` bound to it, such as
 * `filter(it.ok and it.size > 3)`; a string written out names an attribute, such as `map('name')` or `map('output.tag')`.
 */
export const perItemFunctions: readonly Builtin[] = [
  perItem('map(list, by)', (args, take, call, evaluation) => takeEach(args, take, call, evaluation)),
  perItem('filter(list, by?, equals?)', (args, take, call, evaluation) => {
    const list = listAt(args, 0, call);
    evaluation.allocate(list.length, call);
    return list.filter(testOf(args, take, call, evaluation));
  }),
  perItem('any(list, by?, equals?)', (args, take, call, evaluation) =>
    listAt(args, 0, call).some(testOf(args, take, call, evaluation)),
  ),
  perItem('all(list, by?, equals?)', (args, take, call, evaluation) =>
    listAt(args, 0, call).every(testOf(args, take, call, evaluation)),
  ),
  /** An object from what was taken (as text) to the list of the items that gave it. */
  perItem('group_by(list, by)', groupBy),
  /** Numbers, strings, or lists of them, from the least; with `by`, items in the order of what is taken from them. */
  perItem('sort(list, by?)', sortBy),
  /** Without the items that equal one before; with `by`, that equal one before in what is taken from them. */
  perItem('unique(list, by?)', uniqueBy),
  perItem('sum(list, by?)', (args, take, call, evaluation) =>
    sumOf(takeEach(args, take, call, evaluation), call, evaluation),
  ),
];
