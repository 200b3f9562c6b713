import type { CallNode } from '../ast.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { isList, type Json } from '../json.ts';
import { refuseUnsafeName } from '../unsafe-names.ts';
import { badArgument, objectAt, textAt } from './arguments.ts';
import { type Builtin, plain } from './builtin.ts';

/** Sets a field of an object that this package makes. The names that lead to a prototype are refused. */
export function setField(object: Record<string, Json>, key: string, value: Json, call: CallNode): void {
  refuseUnsafeName(key, call.span);
  object[key] = value;
}

/** The names after the first argument, one by one or as lists. */
function namesAfterFirst(args: readonly Json[], call: CallNode, evaluation: Evaluation): ReadonlySet<string> {
  const names = new Set<string>();
  for (let index = 1; index < args.length; index++) {
    const argument = args[index] ?? null;
    if (!isList(argument)) {
      names.add(textAt(args, index, call));
      continue;
    }
    evaluation.spend(argument.length, call);
    for (const name of argument) {
      if (typeof name !== 'string') badArgument(`The names for ${call.name}() are strings.`, index, call);
      names.add(name);
    }
  }
  return names;
}

export const objectFunctions: readonly Builtin[] = [
  plain('keys(object)', (args, call, evaluation) => {
    const keys = Object.keys(objectAt(args, 0, call));
    evaluation.allocate(keys.length, call);
    return keys;
  }),
  plain('values(object)', (args, call, evaluation) => {
    const values = Object.values(objectAt(args, 0, call));
    evaluation.allocate(values.length, call);
    return values;
  }),
  /** The fields as a list of pairs [key, value]. */
  plain('items(object)', (args, call, evaluation) => {
    const entries = Object.entries(objectAt(args, 0, call));
    evaluation.allocate(entries.length * 3, call);
    return entries;
  }),
  /** The fields of all objects in one; of fields with the same name the last wins. Objects inside are not merged. */
  plain('merge(object, …)', (args, call, evaluation) => {
    const merged: Record<string, Json> = {};
    for (let index = 0; index < args.length; index++) {
      const entries = Object.entries(objectAt(args, index, call));
      evaluation.allocate(entries.length, call);
      for (const [key, value] of entries) setField(merged, key, value, call);
    }
    return merged;
  }),
  /** Only the named fields; names that the object does not have are passed over. */
  plain('pick(object, name, …)', (args, call, evaluation) => {
    const object = objectAt(args, 0, call);
    const picked: Record<string, Json> = {};
    for (const name of namesAfterFirst(args, call, evaluation)) {
      if (!Object.hasOwn(object, name)) continue;
      evaluation.allocate(1, call);
      setField(picked, name, object[name] ?? null, call);
    }
    return picked;
  }),
  /** All fields but the named ones. */
  plain('omit(object, name, …)', (args, call, evaluation) => {
    const names = namesAfterFirst(args, call, evaluation);
    const entries = Object.entries(objectAt(args, 0, call));
    evaluation.allocate(entries.length, call);
    const rest: Record<string, Json> = {};
    for (const [key, value] of entries) if (!names.has(key)) setField(rest, key, value, call);
    return rest;
  }),
];
