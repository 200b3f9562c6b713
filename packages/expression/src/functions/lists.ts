import type { CallNode } from '../ast.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { isList, type Json } from '../json.ts';
import { absent, badArgument, integerAt, listAt } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';

function flatten(list: readonly Json[], depth: number, into: Json[], call: CallNode, evaluation: Evaluation): void {
  for (const item of list) {
    evaluation.spend(1, call);
    if (depth > 0 && isList(item)) flatten(item, depth - 1, into, call, evaluation);
    else {
      evaluation.allocate(1, call);
      into.push(item);
    }
  }
}

export const listFunctions: readonly Builtin[] = [
  /** Lists inside the list taken apart, one level deep or as many as told. */
  plain('flat(list, depth?)', (args, call, evaluation) => {
    const depth = absent(args, 1) ? 1 : integerAt(args, 1, call);
    if (depth < 0 || depth > evaluation.budget.depth) {
      badArgument(`The depth of flat() lies between 0 and ${evaluation.budget.depth}.`, 1, call);
    }
    const flattened: Json[] = [];
    flatten(listAt(args, 0, call), depth, flattened, call, evaluation);
    return flattened;
  }),
  /** Lists side by side: the first items together, the second …, as far as the shortest list goes. */
  plain('zip(list, other, …)', (args, call, evaluation) => {
    const lists = args.map((_, index) => listAt(args, index, call));
    const length = Math.min(...lists.map((list) => list.length));
    evaluation.allocate(length * (lists.length + 1), call);
    return Array.from({ length }, (_, index) => lists.map((list) => list[index] ?? null));
  }),
  /** The list cut into lists of `size`; the last may be shorter. */
  plain('chunks(list, size)', (args, call, evaluation) => {
    const list = listAt(args, 0, call);
    const size = integerAt(args, 1, call);
    if (size < 1) badArgument('The size of chunks() is at least 1.', 1, call);
    evaluation.allocate(list.length * 2, call);
    const chunks: Json[] = [];
    for (let start = 0; start < list.length; start += size) chunks.push(list.slice(start, start + size));
    return chunks;
  }),
];
