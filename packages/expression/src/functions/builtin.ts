import type { CallNode } from '../ast.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import type { Json } from '../json.ts';

/**
 * A built-in function. `usage` stands in error messages and documentation; `least` and `most` bound the number of
 * arguments, the piped value included.
 *
 * - `plain`: gets its arguments evaluated.
 * - `perItem`: its second argument says what to take from each item: a string written out is the name of an attribute
 *   (`'output.tag'` for one inside another), anything else is an expression over `it`. The function gets the rest as values.
 * - `guard`: evaluates the arguments that it needs; through `present` an absent field is no error but undefined.
 */
export type Builtin = Readonly<{ name: string; usage: string; least: number; most: number }> &
  Readonly<
    | { kind: 'plain'; run: (args: readonly Json[], call: CallNode, evaluation: Evaluation) => Json }
    | {
        kind: 'perItem';
        run: (
          args: readonly Json[],
          take: ((item: Json) => Json) | undefined,
          call: CallNode,
          evaluation: Evaluation,
        ) => Json;
      }
    | {
        kind: 'guard';
        run: (present: (index: number) => Json | undefined, strict: (index: number) => Json, count: number) => Json;
      }
  >;

type Run = (args: readonly Json[], call: CallNode, evaluation: Evaluation) => Json;

/** `usage` is `name(a, b, c?)`: its marks say how many arguments there are; `…` takes any number. */
export function plain(usage: string, run: Run): Builtin {
  return { kind: 'plain', ...signature(usage), run };
}

export function perItem(usage: string, run: (Builtin & { kind: 'perItem' })['run']): Builtin {
  return { kind: 'perItem', ...signature(usage), run };
}

export function guard(usage: string, run: (Builtin & { kind: 'guard' })['run']): Builtin {
  return { kind: 'guard', ...signature(usage), run };
}

function signature(usage: string): Readonly<{ name: string; usage: string; least: number; most: number }> {
  const open = usage.indexOf('(');
  const inner = usage.slice(open + 1, -1);
  const names = inner === '' ? [] : inner.split(', ');
  const required = names.filter((name) => !name.endsWith('?') && name !== '…');
  const most = names.includes('…') ? Number.POSITIVE_INFINITY : names.length;
  return { name: usage.slice(0, open), usage, least: required.length, most };
}
