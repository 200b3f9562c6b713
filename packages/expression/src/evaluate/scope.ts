import type { Budget } from '../budget.ts';
import type { Json } from '../json.ts';

/**
 * A function that the host supplies. It may throw an `ExpressionError` or any error with one of its codes; the error that
 * reaches the caller of `evaluate` carries the place of the call.
 */
export type HostFunction = (args: readonly Json[]) => Json;

/** Everything that an expression can see. Only own properties of `names` and of the values in it are read. */
export type Scope = Readonly<{
  names: Readonly<Record<string, Json>>;
  /** What `now()` gives: milliseconds since 1970-01-01T00:00:00Z. */
  now: number;
  /** Where `uuid()` takes its values from; without it, `uuid()` is an error. */
  uuid?: () => string;
  /** Status functions and functions of the host. Built-in functions cannot be replaced. */
  functions?: Readonly<Record<string, HostFunction>>;
  budget?: Partial<Budget>;
}>;
